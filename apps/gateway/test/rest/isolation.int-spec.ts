import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTenant } from '@holdfast/conversation';
import { Database, DEFAULT_TENANT_ID } from '@holdfast/database';
import { ENDPOINTS } from '../../src/http/endpoints/endpoints.js';
import { person, say, thread, type Person } from './people.js';
import { BOOT_MS, startRestGateway, type RestGateway } from './rest-harness.js';

const CANARY = 'canary-7f3a91';

let gateway: RestGateway;
let owner: Person;
let callers: Record<string, Person | undefined>;
let threadId: string;

beforeAll(async () => {
  gateway = await startRestGateway({ LIMIT_REQUESTS_PER_S: '100000' });
  await createTenant(gateway.app.get(Database), { slug: 'other', name: 'Other' });
  owner = await person(gateway, 'owner');
  const member = await person(gateway, 'member');
  callers = {
    nobody: undefined,
    member,
    stranger: await person(gateway, 'stranger'),
    operator: await person(gateway, 'operator', { roles: ['ops'] }),
    foreigner: await person(gateway, 'owner', { tenant: 'other' }),
    'foreign operator': await person(gateway, 'operator', { tenant: 'other', roles: ['ops'] }),
  };
  threadId = await thread(owner, `title ${CANARY}`, [member.id]);
  await say(gateway, DEFAULT_TENANT_ID, { sender: owner, threadId }, `text ${CANARY}`);
}, BOOT_MS);

afterAll(() => gateway.close());

/** The requests of the matrix, each aimed at the owner's thread or person. */
const REQUESTS: Readonly<Record<string, { readonly path?: string; readonly json?: unknown }>> = {
  'thread.get': {},
  'thread.update': { json: { title: 'taken' } },
  'thread.delete': {},
  'member.list': {},
  'member.add': { json: { userId: randomUUID() } },
  'member.remove': {},
  'event.list': {},
  'thread.export': {},
  'user.erase': {},
};

const EVERYONE_ELSE = ['stranger', 'operator', 'foreigner', 'foreign operator'] as const;
/** Who is refused, and how; a thread of others must look like one that does not exist. */
const REFUSALS = Object.keys(REQUESTS).flatMap((name) => {
  const outsiders = EVERYONE_ELSE.filter((who) => !(name === 'user.erase' && who === 'operator'));
  const status = name === 'user.erase' ? [403, 404] : [404];
  return [
    { name, who: 'nobody', status: [401] },
    ...outsiders.map((who) => ({ name, who, status })),
    ...(['thread.delete', 'member.remove', 'user.erase'].includes(name)
      ? [{ name, who: 'member', status: [403] }]
      : []),
  ];
});

async function attempt(name: string, who: string) {
  const { method, path } = ENDPOINTS[name as keyof typeof ENDPOINTS];
  const target = path.replace(':threadId', threadId).replace(':userId', owner.id);
  const caller = callers[who];
  const { json } = REQUESTS[name] ?? {};
  const options = json === undefined ? {} : { json };
  return caller === undefined ? gateway.call(`${method} ${target}`, options) : caller.call(`${method} ${target}`, json);
}

describe('the matrix of roles and endpoints', () => {
  it('covers every endpoint that names a thread or a person', () => {
    // Operators span all tenants.
    const named = Object.entries(ENDPOINTS).filter(([, { path, access }]) => path.includes(':') && access !== 'ops');
    expect(named.map(([name]) => name).sort()).toEqual(Object.keys(REQUESTS).sort());
  });

  it.each(REFUSALS)('$name refuses $who', async ({ name, who, status }) => {
    const reply = await attempt(name, who);
    expect(status).toContain(reply.status);
    expect(reply.text).not.toContain(CANARY);
    if (reply.status === 404) {
      // Nothing tells a thread of others from one that does not exist.
      const { method, path } = ENDPOINTS[name as keyof typeof ENDPOINTS];
      const nowhere = path.replace(':threadId', randomUUID()).replace(':userId', randomUUID());
      const other = await callers[who]?.call(`${method} ${nowhere}`, REQUESTS[name]?.json);
      if (!path.startsWith('/api/users')) expect(reply.body).toEqual(other?.body);
    }
  });

  it('left everything as it was', async () => {
    const reply = await owner.call(`GET /api/threads/${threadId}`);
    expect(reply.body['thread']).toMatchObject({ title: `title ${CANARY}`, lastMessage: { text: `text ${CANARY}` } });
    expect((await owner.call(`GET /api/threads/${threadId}/members`)).body['members']).toHaveLength(2);
  });

  it.each([
    'GET /api/threads',
    'GET /api/threads?archived=true',
    `GET /api/search?q=${CANARY}`,
    'GET /api/search?q=text',
  ])('%s shows outsiders nothing', async (line) => {
    for (const who of EVERYONE_ELSE) {
      const reply = await callers[who]?.call(line);
      expect(reply?.status).toBe(200);
      expect(reply?.text).not.toContain(CANARY);
    }
  });

  it('people and agents of a tenant are unknown in another', async () => {
    const foreigner = callers['foreigner'];
    expect((await foreigner?.call('GET /api/users?q=member'))?.body).toEqual({ users: [] });
    expect((await foreigner?.call('GET /api/agents'))?.body).toEqual({ agents: [] });
    const foreign = foreigner === undefined ? '' : await thread(foreigner, 'Elsewhere');
    const added = await foreigner?.call(`POST /api/threads/${foreign}/members`, { userId: owner.id });
    expect(added?.status).toBe(404);
    const invited = await foreigner?.call('POST /api/threads', { title: 'x', agentId: null, memberIds: [owner.id] });
    expect(invited?.status).toBe(404);
  });

  it('a thread id that another tenant uses cannot be taken over', async () => {
    const reply = await callers['foreigner']?.call('POST /api/threads', { threadId, title: 'mine', agentId: null });
    expect(reply).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
  });
});
