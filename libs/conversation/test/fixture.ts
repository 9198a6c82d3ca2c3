import { randomUUID } from 'node:crypto';
import { LogEvent, type AgentMode } from '@holdfast/contracts';
import { Database, DEFAULT_TENANT_SLUG } from '@holdfast/database';
import { testDatabase } from '@holdfast/testing';
import {
  appendMessages,
  createTenant,
  createThread,
  ensureUser,
  readRange,
  type AppendOutcome,
  type AppendedMessage,
  type AppendRow,
  type Principal,
} from '../src/index.js';

/** A migrated database of its own, with people of two tenants. */
export interface Fixture {
  readonly db: Database;
  readonly url: string;
  readonly alice: Principal;
  readonly bob: Principal;
  /** Somebody of another tenant. */
  readonly mallory: Principal;
  close(): Promise<void>;
}

export async function person(db: Database, tenant: string, name: string): Promise<Principal> {
  const user = await ensureUser(db, { tenant, subject: `sub-${name}-${randomUUID()}`, name, kind: 'human' });
  if (user.status !== 'ok') throw new Error(user.status);
  return { tenantId: user.tenantId, userId: user.user.id, roles: [] };
}

export async function fixture(): Promise<Fixture> {
  const database = await testDatabase();
  const db = new Database({ url: database.url, poolMax: 20, timeoutMs: 5_000 });
  await createTenant(db, { slug: 'other', name: 'Other' });
  return {
    db,
    url: database.url,
    alice: await person(db, DEFAULT_TENANT_SLUG, 'Alice'),
    bob: await person(db, DEFAULT_TENANT_SLUG, 'Bob'),
    mallory: await person(db, 'other', 'Mallory'),
    close: async () => {
      await db.close();
      await database.drop();
    },
  };
}

export interface ThreadOptions {
  readonly members?: readonly Principal[];
  readonly agent?: boolean;
  readonly agentMode?: AgentMode;
}

/** A new thread of `owner`; without an agent unless asked for. */
export async function thread(db: Database, owner: Principal, options: ThreadOptions = {}): Promise<string> {
  const threadId = randomUUID();
  await createThread(db, owner, {
    threadId,
    title: 'A thread',
    agentId: options.agent === true ? undefined : null,
    agentMode: options.agentMode,
    memberIds: (options.members ?? []).map(({ userId }) => userId),
  });
  return threadId;
}

export function text(value: string) {
  return { parts: [{ type: 'text' as const, text: value }] };
}

export function row(sender: Principal, threadId: string, value = 'hello'): AppendRow {
  return {
    tenantId: sender.tenantId,
    threadId,
    senderId: sender.userId,
    clientMessageId: randomUUID(),
    body: text(value),
  };
}

export function isAppended(outcome: AppendOutcome | undefined): asserts outcome is AppendedMessage {
  if (outcome?.status !== 'appended') throw new Error(`not appended: ${JSON.stringify(outcome)}`);
}

/** Appends one message that must succeed. */
export async function say(
  db: Database,
  sender: Principal,
  threadId: string,
  value = 'hello',
): Promise<AppendedMessage> {
  const [outcome] = await appendMessages(db, [row(sender, threadId, value)]);
  isAppended(outcome);
  return outcome;
}

/** The whole log of a thread; every entry is proven to be what the contracts say, and the seqs to be dense. */
export async function log(db: Database, threadId: string): Promise<LogEvent[]> {
  const range = await readRange(db, { threadId, afterSeq: 0, limit: 10_000 });
  const events = (range?.events ?? []).map((event) => LogEvent.parse(event));
  events.forEach((event, index) => {
    if (event.seq !== index + 1) throw new Error(`a hole before seq ${String(event.seq)}`);
  });
  if (range !== undefined && range.head !== events.length) throw new Error('the head is not the last seq');
  return events;
}

/** A command about a message, with a fresh key. */
export function command(threadId: string, messageId: string, ifRevision = 0) {
  return {
    threadId,
    messageId,
    commandId: randomUUID(),
    ifRevision,
  };
}

/** Everything that the log of a thread holds about bodies, as the database stores it. */
export async function bodies(db: Database, threadId: string): Promise<string> {
  const statement = { name: 'all_data', text: 'select data::text, body_hash from chat.event where thread_id = $1' };
  return JSON.stringify(await db.query(statement, [threadId]));
}
