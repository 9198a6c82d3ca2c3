import type { Cancel, Clock } from '../support/clock.js';
import type { SendCommand } from './command-port.js';

/** Read markers rise at most this often on the wire. */
const SETTLE_MS = 1_000;

/** Tells the server how far the person has read; only ever upwards. */
export class ReadMarker {
  readonly #clock: Clock;
  readonly #command: SendCommand;
  readonly #wanted = new Map<string, number>();
  readonly #told = new Map<string, number>();
  #timer: Cancel | null = null;

  constructor(clock: Clock, command: SendCommand) {
    this.#clock = clock;
    this.#command = command;
  }

  mark(threadId: string, seq: number): void {
    if (seq <= (this.#wanted.get(threadId) ?? 0)) return;
    this.#wanted.set(threadId, seq);
    this.#timer ??= this.#clock.after(SETTLE_MS, () => {
      this.flush();
    });
  }

  /** Sends what was not told yet; called again when the connection is live. */
  flush(): void {
    this.#timer?.();
    this.#timer = null;
    for (const [threadId, seq] of this.#wanted) {
      if (seq <= (this.#told.get(threadId) ?? 0)) continue;
      this.#command('read.mark', { threadId, seq }).then(
        () => this.#told.set(threadId, seq),
        // Told with the next mark or the next connection.
        () => undefined,
      );
    }
  }

  stop(): void {
    this.#timer?.();
    this.#timer = null;
  }
}
