import { Samples } from '../lib/samples.js';

/** What one stretch of time has shown. */
export class Stretch {
  readonly acks = new Samples();
  readonly deliveries = new Samples();
  refused = 0;
  /** From the question to the first visible piece of its answer. */
  readonly firstTokens = new Samples();
  /** From the question to the end of its run. */
  readonly ends = new Samples();
  /** Questions whose run has not ended in time, or failed. */
  unanswered = 0;
}
