import { Injectable } from '@nestjs/common';
import type { ThreadTarget } from '@holdfast/scaling';
import { LocalFanOut } from '../publish/local-fan-out.service.js';
import type { JoinedThread } from './joined-threads.service.js';

/** What a poll found. */
export interface PolledHead {
  readonly epoch: string;
  readonly head: number;
  /** Seq up to which the room had been given everything before. */
  readonly delivered: number;
}

interface Seen {
  readonly head: number;
  readonly told: number;
}

/**
 * Tells sockets the heads of threads that moved, so that one that still misses an event pulls it. A head is told one poll
 * after it was read: by then every hint about it has arrived, and nobody pulls for nothing.
 */
@Injectable()
export class Beacons {
  private readonly seen = new WeakMap<JoinedThread, Seen>();

  constructor(private readonly local: LocalFanOut) {}

  polled(thread: JoinedThread, target: ThreadTarget, { epoch, head, delivered }: PolledHead): void {
    const seen = this.seen.get(thread) ?? { head: delivered, told: delivered };
    if (seen.head > seen.told) {
      this.local.toThread(target, 'thread.heads', { epoch, heads: { [target.threadId]: seen.head } });
    }
    this.seen.set(thread, { head, told: seen.head });
  }
}
