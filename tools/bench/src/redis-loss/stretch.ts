import { Samples } from '../lib/samples.js';

/** What one stretch of time has shown. */
export class Stretch {
  readonly acks = new Samples();
  readonly deliveries = new Samples();
  refused = 0;
}
