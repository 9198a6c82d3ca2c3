import { randomUUID } from 'node:crypto';
import type { MeReply } from '@holdfast/contracts';
import { appendMessages } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import type { RequestOptions, RestGateway, RestReply } from './rest-harness.js';

/** Somebody with a token, who calls the API. */
export interface Person {
  readonly id: string;
  readonly token: string;
  call(line: string, json?: unknown, options?: RequestOptions): Promise<RestReply>;
}

/** A person of a tenant, known to the database. */
export async function person(
  gateway: RestGateway,
  sub: string,
  claims: { readonly tenant?: string; readonly roles?: readonly string[] } = {},
): Promise<Person> {
  const token = await gateway.token({ sub, name: sub, ...claims });
  const call: Person['call'] = (line, json, options) =>
    gateway.call(line, { token, ...(json !== undefined && { json }), ...options });
  const me = (await call('GET /api/me')).body as unknown as MeReply;
  return { id: me.user.id, token, call };
}

/** Creates a thread without agent and returns its id. */
export async function thread(owner: Person, title: string, memberIds: readonly string[] = []): Promise<string> {
  const reply = await owner.call('POST /api/threads', { title, agentId: null, memberIds });
  if (reply.status !== 201) throw new Error(reply.text);
  return (reply.body['thread'] as { id: string }).id;
}

/** Appends messages as the socket edge does. */
export async function say(
  gateway: RestGateway,
  tenantId: string,
  from: { readonly sender: Person; readonly threadId: string },
  ...texts: readonly string[]
): Promise<void> {
  const rows = texts.map((text) => ({
    tenantId,
    threadId: from.threadId,
    senderId: from.sender.id,
    clientMessageId: randomUUID(),
    body: { parts: [{ type: 'text' as const, text }] },
  }));
  const outcomes = await appendMessages(gateway.app.get(Database), rows);
  const refused = outcomes.find(({ status }) => status !== 'appended');
  if (refused !== undefined) throw new Error(`not appended: ${refused.status}`);
}
