import type { FactoryProvider } from '@nestjs/common';
import type { Config } from '@holdfast/config';
import { AppendBatcher, appendMessages, publishedOf, type AppendRow } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { LOGGER, metrics, type Logger } from '@holdfast/observability';
import { CONFIG } from '../config.token.js';
import { ThreadPublisher } from '../publish/thread-publisher.service.js';

async function measuredAppend(database: Database, rows: readonly AppendRow[]) {
  metrics.histogram('holdfast_append_batch_rows').observe(rows.length);
  const end = metrics.histogram('holdfast_append_seconds').startTimer();
  const outcomes = await appendMessages(database, rows);
  end();
  for (const { status } of outcomes) metrics.counter('holdfast_messages_total').inc({ outcome: status });
  return outcomes;
}

/** Appends the messages of all users of this gateway in shared batches, and publishes what was committed. */
export const appendBatcherProvider: FactoryProvider<AppendBatcher> = {
  provide: AppendBatcher,
  inject: [Database, ThreadPublisher, LOGGER, CONFIG],
  useFactory: (database: Database, publisher: ThreadPublisher, logger: Logger, { gateway }: Config) =>
    new AppendBatcher({
      append: (rows) => measuredAppend(database, rows),
      lanes: gateway.appendLanes,
      onAppended: (messages) => {
        for (const published of publishedOf(messages)) publisher.publish(published);
        for (const runId of new Set(messages.flatMap((message) => message.runId ?? []))) publisher.ring(runId);
      },
      onFailure: (error) => {
        logger.warn({ err: error }, 'messages were not appended');
      },
    }),
};
