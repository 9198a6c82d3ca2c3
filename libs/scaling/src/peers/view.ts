import * as z from 'zod/mini';
import { countIgnored } from '../registry/ignored.js';

/** What one instance says of each shared resource. */
const View = z.record(z.string().check(z.maxLength(64)), z.enum(['up', 'down']));
export type View = z.infer<typeof View>;

/** What an instance said, or undefined for anything else. */
export function parseView(text: string): View | undefined {
  try {
    return View.parse(JSON.parse(text));
  } catch {
    countIgnored();
    return undefined;
  }
}
