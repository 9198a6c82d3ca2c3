import { Inject, Injectable } from '@nestjs/common';
import { pollThreads } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { LOGGER, metrics, type Logger } from '@holdfast/observability';
import { JoinedThreads } from './joined-threads.service.js';
import { ThreadRepair } from './thread-repair.service.js';

/** Threads of one query. */
const BATCH = 5_000;

/** Reads where threads stand and repairs what their sockets miss. Never rejects: the next poll tries again. */
@Injectable()
export class ThreadSweep {
  private failing = false;

  constructor(
    private readonly database: Database,
    private readonly joined: JoinedThreads,
    private readonly repair: ThreadRepair,
    @Inject(LOGGER) private readonly logger: Logger,
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
      const states = new Map(threads.map((thread) => [thread.threadId, thread]));
      const results = await Promise.allSettled(
        ids.map(async (id) => {
          const thread = this.joined.get(id);
          if (thread !== undefined) await this.repair.apply(thread, states.get(id), epoch);
        }),
      );
      const failed = results.find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
      if (this.failing) this.logger.info('the poll works again');
      this.failing = false;
    } catch (error) {
      // One line per outage.
      if (!this.failing) this.logger.warn({ err: error }, 'the poll failed; trying again');
      this.failing = true;
    }
  }
}
