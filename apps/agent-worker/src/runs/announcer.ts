import { Injectable } from '@nestjs/common';
import type { Published } from '@holdfast/conversation';
import { FanOut } from '@holdfast/scaling';
import type { LiveRun } from './live-run.js';
import type { EndResult } from './run-store.port.js';

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
  ended({ claim }: LiveRun, result: Extract<EndResult, { status: 'ended' }>, memberIds: readonly string[]): void {
    const { threadId, runId, attempt, tenantId } = claim;
    const { published, length, outcome } = result;
    this.appended(published);
    const { memberVersion } = published;
    this.fanOut.toThread({ tenantId, threadId, memberVersion }, 'run.ended', {
      threadId,
      runId,
      attempt,
      length,
      outcome,
    });
    const head = published.events.at(-1)?.seq;
    if (head === undefined) return;
    for (const userId of memberIds) {
      this.fanOut.toUser({ tenantId, userId }, 'inbox.updated', { threads: [{ threadId, head, reason: 'activity' }] });
    }
  }

  private appended({ tenantId, threadId, memberVersion, epoch, events }: Published): void {
    if (events.length === 0) return;
    const target = { tenantId, threadId, memberVersion };
    this.fanOut.toThread(target, 'events.appended', { threadId, epoch, events: [...events] });
  }
}
