import type { FactoryProvider } from '@nestjs/common';
import { AppError } from '@holdfast/contracts';
import { readRange } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { ThreadGate } from '@holdfast/scaling';
import { RunProgress } from '../run/run-progress.service.js';
import { RecheckQueue } from './recheck-queue.service.js';

/** Events of one pull on a gap. */
const PULL_EVENTS = 500;

/** The gate between hints and sockets, with Postgres behind it. */
export const threadGateProvider: FactoryProvider<ThreadGate> = {
  provide: ThreadGate,
  inject: [Database, RecheckQueue, RunProgress],
  useFactory: (database: Database, rechecks: RecheckQueue, progress: RunProgress) =>
    new ThreadGate({
      pull: async (threadId, afterSeq) => {
        const range = await readRange(database, { threadId, afterSeq, limit: PULL_EVENTS });
        if (range === undefined) throw new AppError('gone', 'the thread was deleted');
        return range;
      },
      onStale: ({ threadId }) => {
        rechecks.request(threadId);
      },
      onPassed: (target, event, payload) => {
        progress.passed(target, event, payload);
      },
    }),
};
