import { randomUUID } from 'node:crypto';
import type { AgentMode, LogEvent } from '@holdfast/contracts';
import {
  appendMessages,
  cancelRun,
  createAgent,
  createThread,
  ensureUser,
  readRange,
  type AgentConfig,
  type AgentProvider,
  type Principal,
} from '@holdfast/conversation';
import { Database, DEFAULT_TENANT_SLUG } from '@holdfast/database';
import { testDatabase } from '@holdfast/testing';

/** A person in a thread with an agent, in a database of its own. */
export class Conversation {
  private constructor(
    readonly db: Database,
    readonly url: string,
    readonly ada: Principal,
    private readonly drop: () => Promise<void>,
  ) {}

  static async open(): Promise<Conversation> {
    const database = await testDatabase();
    const db = new Database({ url: database.url, poolMax: 10, timeoutMs: 5_000 });
    const user = await ensureUser(db, {
      tenant: DEFAULT_TENANT_SLUG,
      subject: randomUUID(),
      name: 'Ada',
      kind: 'human',
    });
    if (user.status !== 'ok') throw new Error(user.status);
    const ada = { tenantId: user.tenantId, userId: user.user.id, roles: [] };
    return new Conversation(db, database.url, ada, () => database.drop());
  }

  /** A new thread with the default agent, or one of its own. */
  async thread(agent?: { provider: AgentProvider; config: AgentConfig & Record<string, unknown> }): Promise<string> {
    const threadId = randomUUID();
    const agentId = agent === undefined ? undefined : await this.agent(agent);
    const agentMode: AgentMode = 'every';
    await createThread(this.db, this.ada, { threadId, title: 'A thread', agentMode, agentId });
    return threadId;
  }

  /** Sends a message. @returns the run that answers it. */
  async ask(threadId: string, text: string): Promise<string> {
    const { tenantId, userId: senderId } = this.ada;
    const body = { parts: [{ type: 'text' as const, text }] };
    const [outcome] = await appendMessages(this.db, [
      { tenantId, threadId, senderId, clientMessageId: randomUUID(), body },
    ]);
    if (outcome?.status !== 'appended' || outcome.runId === undefined) throw new Error(JSON.stringify(outcome));
    return outcome.runId;
  }

  async cancel(runId: string): Promise<void> {
    await cancelRun(this.db, this.ada, runId);
  }

  async log(threadId: string): Promise<readonly LogEvent[]> {
    return (await readRange(this.db, { threadId, afterSeq: 0, limit: 10_000 }))?.events ?? [];
  }

  /** The end of a run and its text, as the log tells them; undefined before. */
  async ending(threadId: string, runId: string) {
    const events = await this.log(threadId);
    const end = events.findLast((event) => event.type === 'run.ended' && event.data.runId === runId);
    if (end?.type !== 'run.ended') return undefined;
    const message = events.find(({ id }) => id === end.data.messageId);
    const parts = message?.type === 'message.sent' ? (message.data.body?.parts ?? []) : [];
    return { ...end.data, parts, ends: events.filter((event) => event.type === 'run.ended').length };
  }

  private async agent({ provider, config }: { provider: AgentProvider; config: AgentConfig }): Promise<string> {
    const name = `agent-${randomUUID().slice(0, 8)}`;
    const created = await createAgent(this.db, {
      tenant: DEFAULT_TENANT_SLUG,
      name,
      description: '',
      provider,
      config,
    });
    return created.id;
  }

  async close(): Promise<void> {
    await this.db.close();
    await this.drop();
  }
}
