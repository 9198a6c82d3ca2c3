import type { Entry, RunSeen, Seen } from '../../history/entry.js';
import { getOrSet } from '../support/get-or-set.js';
import { RangeSet } from '../support/range-set.js';
import type { WireNoise } from '../verdict.js';

/** Counts what clients had to put up with. */
export class NoiseCounter {
  readonly #events = new Map<string, RangeSet>();
  readonly #runs = new Map<string, { attempt: number; end: number }>();
  readonly #noise = { duplicateEvents: 0, duplicateChunks: 0, lateAttempts: 0, snapshots: 0, resets: 0 };
  #observations = 0;

  get noise(): WireNoise {
    return this.#noise;
  }

  /** Log entries and stream events that reached clients. */
  get observations(): number {
    return this.#observations;
  }

  entry(entry: Entry): void {
    if (entry.kind === 'seen') this.#seen(entry);
    else if (entry.kind === 'run') this.#streamed(entry);
    else if (entry.kind === 'position' && entry.reset) this.#noise.resets++;
  }

  #seen({ client, thread, seq, via }: Seen): void {
    this.#observations++;
    // Whoever reads over HTTP asks for what they have.
    if (via === 'ack' || via === 'rest') return;
    const seen = getOrSet(this.#events, `${client} ${thread}`, () => new RangeSet());
    if (seen.has(seq)) this.#noise.duplicateEvents++;
    seen.add(seq);
  }

  #streamed({ client, run, what, attempt, off = 0, text = '' }: RunSeen): void {
    this.#observations++;
    const name = `${client} ${run}`;
    if (what === 'ended') {
      this.#runs.delete(name);
      return;
    }
    const state = getOrSet(this.#runs, name, () => ({ attempt, end: 0 }));
    if (attempt < state.attempt) this.#noise.lateAttempts++;
    else if (attempt > state.attempt) this.#runs.set(name, { attempt, end: off + text.length });
    else if (what === 'snapshot') this.#noise.snapshots++;
    else if (what === 'chunk' && off < state.end) this.#noise.duplicateChunks++;
    if (attempt === state.attempt) state.end = Math.max(state.end, off + text.length);
  }
}
