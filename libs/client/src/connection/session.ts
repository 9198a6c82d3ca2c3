import { AppError, CLOSE_CODES, CloseCode, WireError, type ServerEvent } from '@holdfast/contracts';
import { withDeadline } from '../support/deadline.js';
import { deferred } from '../support/deferred.js';
import { Link, type LinkOptions } from '../wire/link.js';
import type { TransportEnd } from '../wire/transport.js';

export type Ready = ServerEvent<'session.ready'>;

/** Why a session ended or never began. `code` decides what follows; `reason` is for people and logs. */
export interface SessionEnd {
  readonly code: CloseCode | null;
  readonly mayReconnect: boolean;
  readonly reason: string;
  /** The server's wish, ms. */
  readonly retryAfterMs: number;
}

const READY_DEADLINE_MS = 10_000;

/** One socket from handshake to end: `ready` when the server accepted it, `ended` once, always. */
export class Session {
  readonly link: Link;
  readonly ready: Promise<Ready>;
  readonly ended: Promise<SessionEnd>;
  #closing: { code: CloseCode; mayReconnect: boolean } | null = null;

  constructor(options: Omit<LinkOptions, 'onEnd'>) {
    const ready = deferred<Ready>();
    const ended = deferred<SessionEnd>();
    this.ended = ended.promise;
    this.ready = withDeadline(options.clock, READY_DEADLINE_MS, ready.promise);
    // Whoever awaits `ended` only must not meet an unhandled rejection of `ready`.
    this.ready.catch(() => undefined);
    this.link = new Link({
      ...options,
      onEvent: (event) => {
        if (event.name === 'session.ready') ready.resolve(event.payload);
        else if (event.name === 'session.closing') this.#closing = event.payload;
        options.onEvent(event);
      },
      onEnd: (end) => {
        ended.resolve(this.#describe(end));
        ready.reject(new AppError('unavailable', end.reason));
      },
    });
  }

  #describe(end: TransportEnd): SessionEnd {
    if (this.#closing !== null) return { ...this.#closing, reason: this.#closing.code, retryAfterMs: 0 };
    if (end.kind === 'lost') return { code: null, mayReconnect: true, reason: end.reason, retryAfterMs: 0 };
    return refusal(end);
  }
}

/** A refused handshake carries a close code, a wire error, or something newer that is worth another try. */
function refusal({ reason, data }: TransportEnd): SessionEnd {
  const fields: object = typeof data === 'object' && data !== null ? data : {};
  const code = CloseCode.safeParse('code' in fields ? fields.code : undefined);
  const error = WireError.safeParse('error' in fields ? fields.error : fields);
  const hint = 'retryAfterMs' in fields && typeof fields.retryAfterMs === 'number' ? fields.retryAfterMs : 0;
  return {
    code: code.success ? code.data : null,
    mayReconnect: !code.success || CLOSE_CODES[code.data].mayReconnect,
    reason,
    retryAfterMs: error.success ? (error.data.retryAfterMs ?? hint) : hint,
  };
}
