import { Injectable } from '@nestjs/common';
import { pollThreads } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { metrics } from '@holdfast/observability';
import { Degradation } from '../session/degradation.service.js';
import { JoinedThreads } from './joined-threads.service.js';
import { ThreadRepair } from './thread-repair.service.js';

/** Threads of one query. */
const BATCH = 5_000;

/** Reads where threads stand and repairs what their sockets miss. Never rejects: the next poll tries again. */
@Injectable()
export class ThreadSweep {
  constructor(
    private readonly database: Database,
    private readonly joined: JoinedThreads,
    private readonly repair: ThreadRepair,
    private readonly degradation: Degradation,
  ) {}

  /** Every thread that a socket of this gateway has open. */
  async all(): Promise<void> {
    const end = metrics.histogram('holdfast_poll_seconds').startTimer();
    await this.some(this.joined.ids());
    end();
  }

  async some(threadIds: readonly string[]): Promise<void> {
    const ids = threadIds.filter((threadId) => this.joined.get(threadId) !== undefined);
    for (let start = 0; start < ids.length; start += BATCH) await this.batch(ids.slice(start, start + BATCH));
  }

  private async batch(ids: readonly string[]): Promise<void> {
    try {
      const { epoch, threads } = await pollThreads(this.database, ids);
      this.degradation.set('database', false);
      const states = new Map(threads.map((thread) => [thread.threadId, thread]));
      const repairs = ids.map(async (id) => {
        const thread = this.joined.get(id);
        if (thread !== undefined) await this.repair.apply(thread, states.get(id), epoch);
      });
      const failed = (await Promise.allSettled(repairs)).find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    } catch (error) {
      this.degradation.failed('database', error);
    }
  }
}
