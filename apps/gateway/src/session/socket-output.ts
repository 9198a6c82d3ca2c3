import { partsLength, type RunFollow, type ServerEvent } from '@holdfast/contracts';
import { metrics } from '@holdfast/observability';
import type { ChatSocket } from './chat-socket.js';
import { closing } from './closing.js';
import { terminate, unsentBytes } from './outbound.js';

/** Above it a socket gets no pieces of runs, in bytes. */
const SLOW_BYTES = 1_048_576;
/** Below it a slow socket is given what it missed, in bytes. */
const RESTED_BYTES = 131_072;
/** Above it a socket is closed, in bytes. */
const MAX_BYTES = 4 * 1_048_576;
/** Runs that one socket may have missed pieces of. */
const MAX_MISSED_RUNS = 200;

/** How far the dropped pieces of a run reached. */
interface Missed {
  readonly threadId: string;
  readonly attempt: number;
  readonly end: number;
}

type Outgoing = readonly [name: string, payload: unknown];

/**
 * What one socket is sent.
 *
 *     flowing ──above 1 MiB──▶ slow ──below 128 KiB──▶ flowing, with one snapshot of each run that it missed a piece of
 *        └────────┴──above 4 MiB──▶ closed; the client comes back and resumes
 *
 * A slow socket gets log entries and answers, but no output of runs. A snapshot is sent only if it covers every piece
 * that was dropped, and pieces of its run are dropped until then, so that what follows a snapshot continues it.
 */
export class SocketOutput {
  /** Bytes that wait in Engine.IO for the WebSocket to take them. */
  private waiting = 0;
  private readonly missed = new Map<string, Missed>();
  private slow = false;
  /** Its last word is on its way, and nothing follows it. */
  private ending = false;
  private closed = false;
  private outgoing: Outgoing | undefined;

  constructor(private readonly socket: ChatSocket) {
    const { conn } = socket;
    const write = conn.write.bind(conn);
    conn.on('flush', () => {
      this.waiting = 0;
    });
    conn.write = (data, ...rest) => {
      if (this.closed || this.holdsBack()) return conn;
      this.waiting += typeof data === 'string' ? data.length : 0;
      const written = write(data, ...rest);
      this.judge();
      return written;
    };
    conn.once('close', () => {
      this.setSlow(false);
    });
  }

  /** Bytes accepted for this client that the network has not taken yet; approximate above the kernel's own buffer. */
  get bytes(): number {
    return this.waiting + unsentBytes(this.socket);
  }

  /** The runs to read for a socket that has caught its breath; undefined if there is nothing to do. */
  due(): string[] | undefined {
    return this.slow && !this.closed && this.bytes < RESTED_BYTES ? [...this.missed.keys()] : undefined;
  }

  /** Takes what {@link due} asked for, in the same order. What does not cover all that was dropped stays due. */
  catchUp(runs: readonly RunFollow[]): void {
    for (const run of runs) {
      const missed = this.missed.get(run.runId);
      if (missed === undefined || run.status === 'pending' || run.status === 'tail') continue;
      if (run.status === 'snapshot' && !covers(run, missed)) continue;
      this.missed.delete(run.runId);
      if (!this.socket.data.session.threads.has(missed.threadId)) continue;
      const { threadId } = missed;
      if (run.status === 'snapshot') {
        const { runId, attempt, off, parts } = run;
        this.socket.emit('run.snapshot', { threadId, runId, attempt, off, parts });
      }
      if (run.status === 'ended') {
        const { runId, attempt, length, outcome } = run;
        this.socket.emit('run.ended', { threadId, runId, attempt, length, outcome });
      }
    }
    if (this.missed.size > 0) return;
    this.setSlow(false);
    metrics.counter('holdfast_slow_transitions_total').inc({ kind: 'recovered' });
  }

  private judge(): void {
    const { bytes } = this;
    if (bytes > MAX_BYTES) this.close();
    else if (bytes > SLOW_BYTES && !this.slow) {
      this.setSlow(true);
      metrics.counter('holdfast_slow_transitions_total').inc({ kind: 'slow' });
    }
  }

  private close(): void {
    if (this.ending) return;
    this.ending = true;
    this.socket.emit('session.closing', closing('slow_consumer'));
    this.closed = true;
    metrics.counter('holdfast_slow_transitions_total').inc({ kind: 'closed' });
    // Not within the write: others are being written to in the same loop.
    setImmediate(() => {
      terminate(this.socket);
    });
  }

  /** Only a slow socket pays for a look at what is sent. */
  private setSlow(slow: boolean): void {
    if (this.slow === slow) return;
    this.slow = slow;
    this.outgoing = undefined;
    this.missed.clear();
    metrics.gauge('holdfast_slow_sockets').inc(slow ? 1 : -1);
    if (slow) this.socket.onAnyOutgoing(this.look);
    else this.socket.offAnyOutgoing(this.look);
  }

  /** Socket.IO calls it right before the packet is written. */
  private readonly look = (name: string, payload: unknown): void => {
    this.outgoing = [name, payload];
  };

  /** Whether the packet that is written now is output of a run that this socket does not get. */
  private holdsBack(): boolean {
    if (!this.slow || this.outgoing === undefined) return false;
    const [name, payload] = this.outgoing;
    this.outgoing = undefined;
    switch (name) {
      case 'run.chunk': {
        const { threadId, runId, attempt, off, parts } = payload as ServerEvent<'run.chunk'>;
        return this.miss(runId, { threadId, attempt, end: off + partsLength(parts) });
      }
      case 'run.snapshot': {
        const { threadId, runId, attempt, parts } = payload as ServerEvent<'run.snapshot'>;
        return this.bytes >= RESTED_BYTES && this.miss(runId, { threadId, attempt, end: partsLength(parts) });
      }
      case 'run.ended':
        this.missed.delete((payload as ServerEvent<'run.ended'>).runId);
        return false;
      default:
        return false;
    }
  }

  private miss(runId: string, { threadId, attempt, end }: Missed): boolean {
    const before = this.missed.get(runId);
    const isLater =
      before === undefined || attempt > before.attempt || (attempt === before.attempt && end > before.end);
    if (isLater) this.missed.set(runId, { threadId, attempt, end });
    if (this.missed.size > MAX_MISSED_RUNS) this.close();
    return true;
  }
}

function covers({ attempt, parts }: Extract<RunFollow, { status: 'snapshot' }>, missed: Missed): boolean {
  return attempt > missed.attempt || (attempt === missed.attempt && partsLength(parts) >= missed.end);
}
