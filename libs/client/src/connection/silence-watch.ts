import { AppError } from '@holdfast/contracts';
import type { Cancel, Clock } from '../support/clock.js';
import type { Signals } from '../support/signals.js';
import type { Session } from './session.js';

/** A session that told nothing for this long is asked whether it is still there. */
const SILENCE_MS = 6_000;
const PROBE_DEADLINE_MS = 3_000;

/**
 * Finds a connection whose other end is gone while the socket still looks open, within 9 s, while somebody looks: a
 * hidden page is not asked until it is seen again.
 */
export class SilenceWatch {
  readonly #clock: Clock;
  readonly #signals: Signals;
  #timer: Cancel = () => undefined;

  constructor(clock: Clock, signals: Signals) {
    this.#clock = clock;
    this.#signals = signals;
  }

  /** Watches this session, in place of an earlier one, until {@link SilenceWatch.stop}. */
  start(session: Session): void {
    this.stop();
    const check = (): void => {
      const silentMs = this.#clock.now() - session.link.lastHeardAt;
      // A clock that was set back tells nothing of the silence: ask.
      const rest = silentMs < 0 ? 0 : SILENCE_MS - silentMs;
      if (rest > 0 || !this.#signals.visible()) {
        this.#timer = this.#clock.after(rest > 0 ? rest : SILENCE_MS, check);
        return;
      }
      void this.probe(session).then((isThere) => {
        if (isThere) check();
      });
    };
    check();
  }

  stop(): void {
    this.#timer();
    this.#timer = () => undefined;
  }

  /** Asks now, and closes a session that does not answer. An empty resume is the smallest question that proves both directions. */
  async probe(session: Session): Promise<boolean> {
    try {
      await session.link.command('session.resume', { threads: [], runs: [] }, PROBE_DEADLINE_MS);
    } catch (fault) {
      if (fault instanceof AppError && fault.code === 'timeout') session.link.close('no answer');
      return !session.link.ended;
    }
    return true;
  }
}
