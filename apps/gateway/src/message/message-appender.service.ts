import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '@holdfast/config';
import {
  AppendBatcher,
  appendMessages,
  type AppendedMessage,
  type AppendOutcome,
  type AppendRow,
  type BatchedOutcome,
} from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { metrics } from '@holdfast/observability';
import { Shutdown } from '@holdfast/shutdown';
import { CONFIG } from '../config.token.js';
import { ThreadPublisher } from '../publish/thread-publisher.service.js';

const DRAIN_TIMEOUT_MS = 3_000;

/** Appends messages of all users of this gateway in shared batches, and publishes what was committed. */
@Injectable()
export class MessageAppender {
  private readonly batcher: AppendBatcher;

  constructor(
    private readonly database: Database,
    private readonly publisher: ThreadPublisher,
    shutdown: Shutdown,
    @Inject(CONFIG) config: Config,
  ) {
    this.batcher = new AppendBatcher({
      append: (rows) => this.appendBatch(rows),
      lanes: config.gateway.appendLanes,
    });
    shutdown.onShutdown('message lanes', { phase: 'agents', timeoutMs: DRAIN_TIMEOUT_MS }, () =>
      this.batcher.drained(),
    );
  }

  /** Answers each row, in order, after its commit or its failure. Never rejects. */
  append(rows: readonly AppendRow[]): Promise<BatchedOutcome[]> {
    return this.batcher.submit(rows);
  }

  private async appendBatch(rows: readonly AppendRow[]): Promise<AppendOutcome[]> {
    metrics.histogram('holdfast_append_batch_rows').observe(rows.length);
    const end = metrics.histogram('holdfast_append_seconds').startTimer();
    const outcomes = await appendMessages(this.database, rows);
    end();
    for (const { status } of outcomes) metrics.counter('holdfast_messages_total').inc({ outcome: status });
    this.publish(rows, outcomes);
    return outcomes;
  }

  /** One hint per thread, whoever sent what is in it. */
  private publish(rows: readonly AppendRow[], outcomes: readonly AppendOutcome[]): void {
    const byThread = new Map<string, { tenantId: string; messages: AppendedMessage[] }>();
    outcomes.forEach((outcome, index) => {
      const row = rows[index];
      if (outcome.status !== 'appended' || row === undefined) return;
      const group = byThread.get(row.threadId) ?? { tenantId: row.tenantId, messages: [] };
      group.messages.push(outcome);
      byThread.set(row.threadId, group);
    });
    for (const [threadId, { tenantId, messages }] of byThread) {
      const last = messages.at(-1);
      if (last === undefined) continue;
      const { memberVersion, epoch } = last;
      const events = messages.map(({ event }) => event);
      this.publisher.publish({ tenantId, threadId, memberVersion, epoch, events });
      for (const runId of new Set(messages.flatMap((message) => message.runId ?? []))) this.publisher.ring(runId);
    }
  }
}
