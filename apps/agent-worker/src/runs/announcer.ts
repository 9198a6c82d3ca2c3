import { Injectable } from '@nestjs/common';
import type { EndedRun, Published } from '@holdfast/conversation';
import { FanOut } from '@holdfast/scaling';
import type { LiveRun } from './live-run.js';

/** Tells clients what was committed about a run; hints only. */
@Injectable()
export class Announcer {
  constructor(private readonly fanOut: FanOut) {}

  /** An attempt began: of what was seen, the prefix stays. */
  attempt({ claim, output }: LiveRun): void {
    if (claim.published !== undefined) this.appended(claim.published);
    const { threadId, runId, attempt, agent } = claim;
    this.fanOut.toThread(claim, 'run.attempt', { threadId, runId, agentId: agent.id, attempt, base: output.length });
  }

  /** The run ended: first the log with its message, then the end of the stream. */
  ended({ published, runId, attempt, length, outcome }: EndedRun, memberIds: readonly string[]): void {
    const { tenantId, threadId } = published;
    this.appended(published);
    this.fanOut.toThread(published, 'run.ended', { threadId, runId, attempt, length, outcome });
    const head = published.events.at(-1)?.seq;
    if (head === undefined) return;
    for (const userId of memberIds) {
      this.fanOut.toUser({ tenantId, userId }, 'inbox.updated', { threads: [{ threadId, head, reason: 'activity' }] });
    }
  }

  private appended(published: Published): void {
    const { threadId, epoch, events } = published;
    if (events.length > 0) this.fanOut.toThread(published, 'events.appended', { threadId, epoch, events: [...events] });
  }
}
