import type { AlertCallback } from '../alert-callback.js';
import type { Dispatch } from '../payload/dispatch.js';
import type { AlertTarget, SendOutcome } from './alert-target.port.js';

const ABORTED: SendOutcome = { kind: 'retry', code: 'aborted', afterMs: 0 };

/** Calls code of the app, which may throw, hang or do nothing. */
export class CallbackTarget implements AlertTarget {
  readonly name: string;
  readonly kind = 'callback';
  readonly pace = { concurrency: 2, gapMs: 0 };
  readonly reachesPeople = false;

  constructor(
    private readonly callback: AlertCallback,
    private readonly timeoutMs: number,
  ) {
    if (!/^[a-z0-9-]{1,40}$/i.test(callback.name)) throw new Error(`No name of an alert callback: "${callback.name}".`);
    this.name = `callback:${callback.name}`;
  }

  send({ notice, dedupKey }: Dispatch, stop: AbortSignal): Promise<SendOutcome> {
    if (stop.aborted) return Promise.resolve(ABORTED);
    const deadline = AbortSignal.timeout(this.timeoutMs);
    const signal = AbortSignal.any([deadline, stop]);
    const given = new Promise<SendOutcome>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve(deadline.aborted ? { kind: 'retry', code: 'timeout' } : ABORTED);
      });
    });
    return Promise.race([given, this.call(notice, { dedupKey, signal })]);
  }

  private async call(...args: Parameters<AlertCallback['onAlert']>): Promise<SendOutcome> {
    try {
      await this.callback.onAlert(...args);
      return { kind: 'delivered', code: 'called' };
    } catch {
      return { kind: 'retry', code: 'threw' };
    }
  }
}
