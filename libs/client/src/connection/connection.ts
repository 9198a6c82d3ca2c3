import { AppError, type CommandName, type CommandRequest, type ServerEvent } from '@holdfast/contracts';
import { backoffDelay, RECONNECT_BACKOFF } from '../support/backoff.js';
import type { Cancel, Clock } from '../support/clock.js';
import { withDeadline } from '../support/deadline.js';
import type { Signals } from '../support/signals.js';
import { Store, type Readable } from '../support/store.js';
import type { Diagnostics } from '../wire/diagnostics.js';
import type { IncomingEvent, Reply } from '../wire/schemas.js';
import type { Transport } from '../wire/transport.js';
import { isServing, type ConnectionState } from './connection-state.js';
import { Session, type Ready, type SessionEnd } from './session.js';
import { SilenceWatch } from './silence-watch.js';

/**
 * Gives the token to connect with, or null if nobody is signed in. `renew` asks for one that lives longer than the
 * last; `rejected` says that the server refused the last one.
 */
export type TokenProvider = (purpose: 'connect' | 'renew' | 'rejected') => Promise<string | null>;

export interface ConnectionOptions {
  readonly transport: Transport;
  readonly token: TokenProvider;
  readonly clock: Clock;
  readonly signals: Signals;
  readonly random: () => number;
  readonly diagnostics: Diagnostics;
  /** Catches up over a new session; the connection is announced as live when it resolves. */
  readonly sync: (session: Session, ready: Ready) => Promise<void>;
  readonly onEvent: (event: IncomingEvent) => void;
}

const TOKEN_DEADLINE_MS = 10_000;
const SYNC_DEADLINE_MS = 15_000;
/** How long a socket that is replaced may finish its commands. */
const LINGER_MS = 2_000;
const DEFAULT_COMMAND_MS = 8_000;

interface Move {
  readonly at: number;
  underWay: boolean;
}

/** Nobody is signed in. */
class SignedOut extends Error {}

/** A session ended before it was live. */
class NotEstablished extends Error {
  constructor(readonly end: SessionEnd) {
    super(end.reason);
  }
}

/** Keeps one live session; see connection-state.ts for its states. */
export class Connection implements Readable<ConnectionState> {
  readonly #o: ConnectionOptions;
  readonly #state = new Store<ConnectionState>({ status: 'idle' });
  readonly #ready = new Store<Ready | null>(null);
  readonly getSnapshot = this.#state.getSnapshot;
  readonly subscribe = this.#state.subscribe;
  /** What the server told at the last handshake: limits, identity, version. */
  readonly ready: Readable<Ready | null> = this.#ready;
  #session: Session | null = null;
  /** Voids everything that an earlier try may still deliver. */
  #turn = 0;
  readonly #watch: SilenceWatch;
  #attempt = 0;
  #downSince = 0;
  #lastLiveAt: number | null = null;
  #tokenPurpose: 'connect' | 'rejected' = 'connect';
  #timer: Cancel = () => undefined;
  #unwatch: () => void = () => undefined;
  #clockOffset = 0;
  /** The move away from a draining server, while it is planned or under way. */
  #handover: Move | null = null;

  constructor(options: ConnectionOptions) {
    this.#o = options;
    this.#watch = new SilenceWatch(options.clock, options.signals);
  }

  /** Connects, and keeps connecting until {@link Connection.stop}. */
  start(): void {
    const { status } = this.getSnapshot();
    if (status !== 'idle' && status !== 'halted') return;
    this.#downSince = this.#o.clock.now();
    this.#tokenPurpose = 'connect';
    this.#unwatch();
    this.#unwatch = this.#o.signals.onWake(() => {
      this.#wake();
    });
    this.#connect();
  }

  stop(): void {
    this.#unwatch();
    this.#abandon('stopped');
    this.#attempt = 0;
    this.#state.set({ status: 'idle' });
  }

  /** Tries now rather than at the end of the countdown. */
  retryNow(): void {
    const { status } = this.getSnapshot();
    if (status === 'waiting' || status === 'offline') this.#connect();
  }

  /** The server's clock, ms since the Unix epoch, as well as the last handshake tells. */
  serverNow(): number {
    return this.#o.clock.now() + this.#clockOffset;
  }

  /**
   * Sends a command over the live session.
   *
   * @throws AppError `unavailable` when there is none, or it ends; `timeout`; or the server's own error.
   */
  async command<N extends CommandName>(
    name: N,
    request: CommandRequest<N>,
    timeoutMs: number = DEFAULT_COMMAND_MS,
  ): Promise<Reply<N>> {
    const session = this.#session;
    if (session === null || !isServing(this.getSnapshot())) throw new AppError('unavailable', 'Not connected');
    try {
      return await session.link.command(name, request, timeoutMs);
    } catch (fault) {
      if (fault instanceof AppError && fault.code === 'timeout') void this.#watch.probe(session);
      throw fault;
    }
  }

  #connect(): void {
    this.#timer();
    const turn = ++this.#turn;
    this.#attempt += 1;
    this.#phase('connecting');
    void this.#establish(turn).then(
      (session) => {
        if (turn === this.#turn) this.#adopt(session);
        else session.link.close('superseded');
      },
      (fault: unknown) => {
        if (turn === this.#turn) this.#lost(fault);
      },
    );
  }

  /** Opens, authenticates and syncs one session; rejects with {@link NotEstablished} or {@link SignedOut}. */
  async #establish(turn: number): Promise<Session> {
    const { clock } = this.#o;
    const token = await withDeadline(clock, TOKEN_DEADLINE_MS, this.#o.token(this.#tokenPurpose));
    if (token === null) throw new SignedOut();
    const phase = (status: 'authenticating' | 'syncing'): void => {
      // While an old session serves, a new one is opened quietly.
      if (this.#session === null && turn === this.#turn) this.#phase(status);
    };
    const session: Session = new Session({
      ...this.#o,
      token,
      onOpen: () => {
        phase('authenticating');
      },
      onEvent: (event) => {
        this.#receive(session, event);
      },
    });
    try {
      const ready = await session.ready;
      this.#clockOffset = Date.parse(ready.serverTime) - clock.now();
      this.#ready.set(ready);
      this.#tokenPurpose = 'connect';
      phase('syncing');
      await withDeadline(clock, SYNC_DEADLINE_MS, this.#o.sync(session, ready));
      return session;
    } catch {
      session.link.close('not established');
      throw new NotEstablished(await session.ended);
    }
  }

  /** Makes the session the live one; a session that it replaces finishes its commands first. */
  #adopt(session: Session): void {
    const replaced = this.#session;
    this.#session = session;
    this.#watch.start(session);
    this.#handover = null;
    const now = this.#o.clock.now();
    this.#attempt = 0;
    this.#lastLiveAt = now;
    const instanceId = this.#ready.getSnapshot()?.instanceId ?? '';
    this.#state.set({ status: 'live', since: now, instanceId });
    if (replaced !== null) this.#retire(replaced);
    void session.ended.then((end) => {
      if (this.#session === session) this.#lost(new NotEstablished(end));
    });
  }

  #retire(session: Session): void {
    const started = this.#o.clock.now();
    const check = (): void => {
      if (session.link.pending === 0 || this.#o.clock.now() - started >= LINGER_MS) session.link.close('replaced');
      else this.#o.clock.after(100, check);
    };
    check();
  }

  #lost(fault: unknown): void {
    this.#watch.stop();
    const now = this.#o.clock.now();
    if (isServing(this.getSnapshot())) {
      this.#downSince = now;
      this.#lastLiveAt = now;
    }
    this.#session = null;
    const handover = this.#handover;
    if (handover !== null && !(fault instanceof SignedOut)) {
      this.#handover = null;
      this.#attempt = 1;
      // The server closed before the move was done: the move goes on, or keeps the time that the server chose.
      if (handover.underWay) this.#phase('connecting');
      else this.#wait(Math.max(now, handover.at), 'draining');
      return;
    }
    if (fault instanceof SignedOut) {
      this.#halt('signed_out');
      return;
    }
    const end = asEnd(fault);
    if (!end.mayReconnect && !(end.code === 'unauthenticated' && this.#tokenPurpose === 'connect')) {
      this.#halt(end.code ?? 'unauthenticated');
      return;
    }
    // A refused token is asked for anew, once; a second refusal ends it.
    if (end.code === 'unauthenticated') this.#tokenPurpose = 'rejected';
    const delay = Math.max(
      end.retryAfterMs,
      backoffDelay(RECONNECT_BACKOFF, Math.max(1, this.#attempt), this.#o.random),
    );
    this.#wait(now + delay, end.reason);
  }

  #wait(nextAt: number, reason: string): void {
    const { clock, signals } = this.#o;
    this.#timer();
    this.#timer = clock.after(nextAt - clock.now(), () => {
      this.#connect();
    });
    const down = { downSince: this.#downSince, lastLiveAt: this.#lastLiveAt, attempt: this.#attempt, nextAt };
    this.#state.set(signals.online() ? { status: 'waiting', reason, ...down } : { status: 'offline', ...down });
  }

  #halt(code: SessionEnd['code'] | 'signed_out'): void {
    this.#unwatch();
    this.#abandon('halted');
    this.#state.set({ status: 'halted', code: code ?? 'unauthenticated' });
  }

  #abandon(reason: string): void {
    this.#turn += 1;
    this.#timer();
    this.#watch.stop();
    this.#handover = null;
    const session = this.#session;
    this.#session = null;
    session?.link.close(reason);
  }

  #phase(status: 'connecting' | 'authenticating' | 'syncing'): void {
    const down = { downSince: this.#downSince, lastLiveAt: this.#lastLiveAt, attempt: this.#attempt };
    this.#state.set({ status, ...down });
  }

  #receive(session: Session, event: IncomingEvent): void {
    if (event.name === 'session.expiring') void this.#renew(session);
    else if (event.name === 'server.draining' && session === this.#session) this.#move(event.payload);
    else if (event.name === 'server.degraded' && session === this.#session) this.#degrade(event.payload);
    this.#o.onEvent(event);
  }

  async #renew(session: Session): Promise<void> {
    try {
      const token = await withDeadline(this.#o.clock, TOKEN_DEADLINE_MS, this.#o.token('renew'));
      if (token !== null) await session.link.command('session.renew', { token }, DEFAULT_COMMAND_MS);
    } catch {
      // The socket closes as token_expired and the next one asks for a token again.
    }
  }

  #degrade({ degraded, affected }: ServerEvent<'server.degraded'>): void {
    const state = this.getSnapshot();
    if (state.status !== 'live' && state.status !== 'degraded') return;
    const { since, instanceId } = state;
    this.#state.set(
      degraded ? { status: 'degraded', since, instanceId, affected } : { status: 'live', since, instanceId },
    );
  }

  /** The instance goes away: open and sync a new session while the old one serves, then replace it. */
  #move({ reconnectAfterMs, deadlineMs, reason }: ServerEvent<'server.draining'>): void {
    const state = this.getSnapshot();
    if (state.status !== 'live' && state.status !== 'degraded') return;
    const now = this.#o.clock.now();
    const { since, instanceId } = state;
    const drain = { since, instanceId, moveAt: now + reconnectAfterMs, deadlineAt: now + deadlineMs, reason };
    this.#state.set({ status: 'draining', ...drain });
    this.#moveAt(drain.moveAt, 1);
  }

  #moveAt(at: number, attempt: number): void {
    const turn = ++this.#turn;
    const move: Move = { at, underWay: false };
    this.#handover = move;
    this.#timer();
    this.#timer = this.#o.clock.after(at - this.#o.clock.now(), () => {
      move.underWay = true;
      void this.#establish(turn).then(
        (session) => {
          if (turn === this.#turn) this.#adopt(session);
          else session.link.close('superseded');
        },
        (fault: unknown) => {
          if (turn !== this.#turn) return;
          this.#handover = null;
          // The old socket may have ended meanwhile: then this was an ordinary try.
          if (this.#session === null) this.#lost(fault);
          else {
            const pause = backoffDelay(RECONNECT_BACKOFF, attempt, this.#o.random);
            this.#moveAt(this.#o.clock.now() + pause, attempt + 1);
          }
        },
      );
    });
  }

  #wake(): void {
    const { status } = this.getSnapshot();
    if (status === 'offline' || status === 'waiting') this.#connect();
    else if (this.#session !== null) void this.#watch.probe(this.#session);
  }
}

function asEnd(fault: unknown): SessionEnd {
  if (fault instanceof NotEstablished) return fault.end;
  const reason = fault instanceof Error ? fault.message : 'unknown';
  return { code: null, mayReconnect: true, reason, retryAfterMs: 0 };
}
