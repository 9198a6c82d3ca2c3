import { setImmediate } from 'node:timers/promises';

/** For how long the event loop is held at a time, in ms, but for the rest of the document at hand. */
const HELD_MS = 15;

/** Work in slices: whoever awaits `pause` between two parts of it lets everybody else have their turn. */
export class TimeSlice {
  private since = performance.now();

  async pause(): Promise<void> {
    if (performance.now() - this.since < HELD_MS) return;
    await setImmediate();
    this.since = performance.now();
  }
}
