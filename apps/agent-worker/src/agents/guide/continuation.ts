import { isDeepStrictEqual } from 'node:util';
import { partLength, partsFrom, type Part } from '@holdfast/contracts';

/** Whether `shown` is `part`, or the beginning of its text. */
function begins(shown: Part, part: Part): boolean {
  if (shown.type === 'text' && part.type === 'text') return part.text.startsWith(shown.text);
  // Cards come back from the database with their keys in another order.
  return isDeepStrictEqual(shown, part);
}

/**
 * Says an answer again from its beginning and lets through only what follows the parts that people have seen. If those
 * are of another answer, as after a retry whose tool says something new, the new one follows them as a whole.
 */
export class Continuation {
  private readonly shown: Part[];

  constructor(prefix: readonly Part[]) {
    this.shown = [...prefix];
  }

  /** What of the answer's next part is new. Adjacent texts of the answer have to be one part. */
  next(part: Part): Part[] {
    const shown = this.shown.shift();
    if (shown === undefined) return [part];
    if (begins(shown, part)) return partsFrom([part], partLength(shown));
    this.shown.length = 0;
    return [{ type: 'text', text: '\n\n' }, part];
  }
}
