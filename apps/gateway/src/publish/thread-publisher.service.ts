import { Injectable } from '@nestjs/common';
import type { LogEvent } from '@holdfast/contracts';
import type { Published } from '@holdfast/conversation';
import { DoorbellQueue, RpcClient } from '@holdfast/redis';
import { FanOut } from '@holdfast/scaling';
import { InboxNotifier } from './inbox-notifier.service.js';

/**
 * Tells everybody what was committed: open sockets, inboxes, other gateways, workers. All of it is hints that may be lost;
 * the poll and the reconcilers find what they were about.
 */
@Injectable()
export class ThreadPublisher {
  constructor(
    private readonly fanOut: FanOut,
    private readonly inbox: InboxNotifier,
    private readonly doorbell: DoorbellQueue,
    private readonly rpc: RpcClient,
  ) {}

  /** Publishes committed entries of one thread. */
  publish(published: Published): void {
    const { threadId, epoch, events } = published;
    const last = events.at(-1);
    if (last === undefined) return;
    this.fanOut.toThread(published, 'events.appended', { threadId, epoch, events: [...events] });
    this.inbox.activity(published, last.seq);
    this.tellMembers(published, events);
  }

  /** The members or the life of a thread changed: every gateway looks at its row again. */
  membersChanged(threadId: string): void {
    void this.rpc.hint('thread.members_changed', { threadId });
  }

  /** Calls a worker to a queued run. */
  ring(runId: string): void {
    void this.doorbell.ring('run.execute', { runId });
  }

  private tellMembers({ tenantId, threadId }: Published, events: readonly LogEvent[]): void {
    for (const { seq, type, data } of events) {
      if (type === 'member.added') this.inbox.tell({ tenantId, userId: data.userId }, threadId, seq, 'added');
      if (type !== 'member.removed') continue;
      this.inbox.tell({ tenantId, userId: data.userId }, threadId, seq, 'removed');
      this.membersChanged(threadId);
    }
  }
}
