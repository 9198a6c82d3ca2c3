import type { Socket } from 'node:net';
import type { LinkCounters } from './link-counters.js';
import { HEALTHY, type Conduct, type Direction } from './toxic.js';

/** Bytes that wait in one direction of a connection; beyond it the source is not read, as with a full TCP window. */
const MAX_WAITING = 1_048_576;

interface Packet {
  /** Absent: the end of the stream. */
  readonly data?: Buffer;
  /** `performance.now()` at which it may leave. */
  readonly dueAt: number;
}

export interface PipeOptions {
  readonly direction: Direction;
  readonly counters: LinkCounters;
  /** From 0 up to 1, for jitter. */
  readonly random: () => number;
}

/** One direction of a connection: moves bytes from `source` to `target`, as badly as it is told to, never out of order. */
export class Pipe {
  /** Something was lost: what would follow makes no sense to the target. */
  hasLost = false;
  private readonly packets: Packet[] = [];
  private waiting = 0;
  private conduct: Conduct = HEALTHY;
  private lastDueAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private isBlocked = false;

  constructor(
    private readonly source: Socket,
    private readonly target: Socket,
    private readonly options: PipeOptions,
  ) {
    source.on('data', (data) => {
      this.take(data);
    });
    source.on('end', () => {
      this.packets.push({ dueAt: this.dueAt(0) });
      this.flush();
    });
    target.on('drain', () => {
      this.isBlocked = false;
      this.flush();
    });
  }

  /** From now on; what waits already keeps its time, except behind a cut that is over. */
  behave(conduct: Conduct): void {
    this.conduct = conduct;
    this.flush();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.packets.length = 0;
  }

  private take(data: Buffer): void {
    const { counters, direction } = this.options;
    if (this.conduct.flow === 'lost' || this.hasLost) {
      this.hasLost = true;
      counters.bytesLost += data.length;
      return;
    }
    counters[direction === 'upstream' ? 'bytesUpstream' : 'bytesDownstream'] += data.length;
    const dueAt = this.dueAt(data.length);
    if (this.conduct.flow === 'held' || dueAt > performance.now()) counters.bytesDelayed += data.length;
    this.packets.push({ data, dueAt });
    this.waiting += data.length;
    if (this.waiting > MAX_WAITING) this.source.pause();
    this.flush();
  }

  private dueAt(bytes: number): number {
    const { latencyMs, jitterMs, bytesPerS } = this.conduct;
    const delayed = performance.now() + latencyMs + jitterMs * this.options.random();
    this.lastDueAt = Math.max(delayed, this.lastDueAt) + (bytes * 1_000) / bytesPerS;
    return this.lastDueAt;
  }

  private flush(): void {
    clearTimeout(this.timer);
    // A peer behind a cut learns nothing, not even that the other end is gone.
    while (this.conduct.flow === 'open' && !this.isBlocked) {
      const [next] = this.packets;
      if (next === undefined) return;
      const wait = next.dueAt - performance.now();
      if (wait > 0) {
        this.timer = setTimeout(() => {
          this.flush();
        }, Math.ceil(wait));
        return;
      }
      this.packets.shift();
      this.deliver(next);
    }
  }

  private deliver({ data }: Packet): void {
    if (data === undefined) {
      this.target.end();
      return;
    }
    this.waiting -= data.length;
    if (this.waiting <= MAX_WAITING && this.source.isPaused()) this.source.resume();
    if (!this.target.destroyed) this.isBlocked = !this.target.write(data);
  }
}
