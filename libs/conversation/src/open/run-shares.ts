import type { LiveRun } from '@holdfast/contracts';
import { RUN_READ_BYTES } from '../run/chunk-sql.js';
import { withoutText, type SizedRun } from './opener-queries.js';

/** Bounds the text of runs in what each client is answered at once, but for the one run that goes beyond. */
export class RunShares {
  private readonly taken = new Map<object, number>();

  /** The runs of one thread as `client` gets them. */
  take(client: object, runs: readonly SizedRun[]): LiveRun[] {
    return runs.map(({ run, bytes }) => {
      const before = this.taken.get(client) ?? 0;
      if (before >= RUN_READ_BYTES.client) return withoutText(run);
      this.taken.set(client, before + bytes);
      return run;
    });
  }
}
