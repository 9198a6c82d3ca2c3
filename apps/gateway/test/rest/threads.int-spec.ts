import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ThreadExport,
  type EventPage,
  type MemberList,
  type SearchPage,
  type ThreadPage,
  type ThreadSummary,
} from '@holdfast/contracts';
import { DEFAULT_TENANT_ID, GUIDE_AGENT_ID } from '@holdfast/database';
import type * as z from 'zod/mini';
import { person, say, thread, type Person } from './people.js';
import { BOOT_MS, startRestGateway, type RestGateway } from './rest-harness.js';

let gateway: RestGateway;
let anna: Person;
let ben: Person;

beforeAll(async () => {
  gateway = await startRestGateway({ LIMIT_REQUESTS_PER_S: '100000' });
  [anna, ben] = [await person(gateway, 'anna'), await person(gateway, 'ben')];
}, BOOT_MS);

afterAll(() => gateway.close());

const absent = randomUUID();

async function summary(who: Person, threadId: string): Promise<ThreadSummary> {
  return (await who.call(`GET /api/threads/${threadId}`)).body['thread'] as ThreadSummary;
}

describe('a thread', () => {
  it('is created once, however often the request is repeated', async () => {
    const json = { threadId: randomUUID(), title: 'Plans' };
    const first = await anna.call('POST /api/threads', json);
    expect(first.status).toBe(201);
    expect(first.body['thread']).toMatchObject({
      id: json.threadId,
      title: 'Plans',
      role: 'owner',
      agentId: GUIDE_AGENT_ID,
    });
    const again = await anna.call('POST /api/threads', json);
    expect(again.body).toEqual(first.body);
    expect(await ben.call('POST /api/threads', json)).toMatchObject({
      status: 409,
      body: { error: { code: 'conflict' } },
    });
  });

  it('is renamed, archived and given another agent; each change is in its log', async () => {
    const id = await thread(anna, 'Old name');
    const renamed = await anna.call(`PATCH /api/threads/${id}`, { title: 'New name', archived: true });
    expect(renamed).toMatchObject({ status: 200, body: { thread: { title: 'New name', archived: true } } });
    const agent = await anna.call(`PATCH /api/threads/${id}`, { agentId: GUIDE_AGENT_ID, agentMode: 'mention' });
    expect(agent.body['thread']).toMatchObject({ agentId: GUIDE_AGENT_ID, agentMode: 'mention' });
    const { events } = (await anna.call(`GET /api/threads/${id}/events?afterSeq=0`)).body as unknown as EventPage;
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['thread.renamed', 'thread.archived']));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect((await anna.call('GET /api/threads')).text).not.toContain(id);
    expect((await anna.call('GET /api/threads?archived=true')).text).toContain(id);
  });

  it('is deleted for everyone, by an owner only', async () => {
    const id = await thread(anna, 'Short-lived', [ben.id]);
    expect(await ben.call(`DELETE /api/threads/${id}`)).toMatchObject({ status: 403 });
    expect((await anna.call(`DELETE /api/threads/${id}`)).status).toBe(204);
    for (const who of [anna, ben]) {
      expect([404, 410]).toContain((await who.call(`GET /api/threads/${id}`)).status);
      expect([404, 410]).toContain((await who.call(`GET /api/threads/${id}/events`)).status);
      expect((await who.call('GET /api/threads')).text).not.toContain(id);
    }
  });

  it.each([
    ['POST /api/threads', {}, 'title'],
    ['POST /api/threads', { title: '' }, 'title'],
    ['POST /api/threads', { title: 'x'.repeat(201) }, 'title'],
    ['POST /api/threads', { title: '\ud800' }, 'title'],
    ['POST /api/threads', { title: 'x', threadId: 'y' }, 'threadId'],
    ['POST /api/threads', { title: 'x', agentMode: 'loud' }, 'agentMode'],
    ['POST /api/threads', { title: 'x', memberIds: ['y'] }, 'memberIds'],
    [`PATCH /api/threads/${absent}`, {}, 'at least one field'],
    [`PATCH /api/threads/${absent}`, { archived: 'yes' }, 'archived'],
    ['PATCH /api/threads/not-a-uuid', { title: 'x' }, 'threadId'],
    ['GET /api/threads?limit=0', undefined, 'limit'],
    ['GET /api/threads?limit=101', undefined, 'limit'],
    ['GET /api/threads?limit=1&limit=2', undefined, 'limit'],
    ['GET /api/threads?cursor=%00', undefined, 'cursor'],
    ['GET /api/threads?archived=perhaps', undefined, 'archived'],
    [`GET /api/threads/${absent}/events?afterSeq=-1`, undefined, 'afterSeq'],
    [`GET /api/threads/${absent}/events?afterSeq=1&beforeSeq=2`, undefined, 'not both'],
    [`POST /api/threads/${absent}/members`, { userId: 1 }, 'userId'],
    ['GET /api/search', undefined, 'q'],
    ['GET /api/search?q=', undefined, 'q'],
    [`GET /api/users?q=${'x'.repeat(81)}`, undefined, 'q'],
  ])('%s %j is refused, naming the field', async (line, json, field) => {
    const reply = await anna.call(line, json);
    expect(reply).toMatchObject({ status: 400, body: { error: { code: 'invalid', retryable: false } } });
    expect((reply.body['error'] as { message: string }).message).toContain(field);
  });

  it('a cursor that no page gave is refused, not a fault', async () => {
    const forged = ['{"a":1}', `${'9'.repeat(20)}_${absent}`, `1_${'-'.repeat(36)}`];
    const cursors = forged.map((text) => Buffer.from(text).toString('base64url'));
    for (const path of cursors.flatMap((made) => [`/api/threads?cursor=${made}`, `/api/search?q=x&cursor=${made}`])) {
      expect(await anna.call(`GET ${path}`)).toMatchObject({
        status: 400,
        body: { error: { code: 'invalid' } },
      });
    }
  });
});

describe('the list', () => {
  it('pages through everything once while new threads arrive', async () => {
    const reader = await person(gateway, 'reader');
    const before: string[] = [];
    for (let i = 0; i < 12; i += 1) before.push(await thread(reader, `t${i.toString()}`));
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = (await reader.call(`GET /api/threads?limit=5${cursor === '' ? '' : `&cursor=${cursor}`}`))
        .body as unknown as ThreadPage;
      seen.push(...page.threads.map(({ id }) => id));
      cursor = page.nextCursor;
      await thread(reader, 'arrives meanwhile');
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(before));
  });

  it('counts what is unread, and what others wrote only', async () => {
    const id = await thread(anna, 'News', [ben.id]);
    await say(gateway, DEFAULT_TENANT_ID, { sender: anna, threadId: id }, 'one', 'two');
    expect((await summary(ben, id)).unread).toBe(2);
    expect((await summary(anna, id)).unread).toBe(0);
    expect((await summary(ben, id)).lastMessage).toMatchObject({ text: 'two', senderId: anna.id });
  });
});

describe('members', () => {
  const membersOf = async (who: Person, id: string) =>
    ((await who.call(`GET /api/threads/${id}/members`)).body as unknown as z.infer<typeof MemberList>).members;

  it('are added by any member and removed by the owner; anybody leaves', async () => {
    const carl = await person(gateway, 'carl');
    const id = await thread(anna, 'Team', [ben.id]);
    const added = await ben.call(`POST /api/threads/${id}/members`, { userId: carl.id });
    expect(added.status).toBe(200);
    expect((added.body as unknown as z.infer<typeof MemberList>).members).toHaveLength(3);
    expect((await anna.call(`POST /api/threads/${id}/members`, { userId: carl.id })).status).toBe(200);
    expect(await ben.call(`DELETE /api/threads/${id}/members/${carl.id}`)).toMatchObject({ status: 403 });
    expect((await anna.call(`DELETE /api/threads/${id}/members/${ben.id}`)).status).toBe(204);
    expect((await ben.call(`GET /api/threads/${id}`)).status).toBe(404);
    expect((await carl.call(`DELETE /api/threads/${id}/members/${carl.id}`)).status).toBe(204);
    expect((await membersOf(anna, id)).map(({ userId }) => userId)).toEqual([anna.id]);
  });

  it('keep an owner when the last one leaves', async () => {
    const id = await thread(anna, 'Inherited', [ben.id]);
    expect((await anna.call(`DELETE /api/threads/${id}/members/${anna.id}`)).status).toBe(204);
    expect(await membersOf(ben, id)).toMatchObject([{ userId: ben.id, role: 'owner' }]);
  });

  it('unknown ones cannot be added, and removing them changes nothing', async () => {
    const id = await thread(anna, 'Empty chairs');
    expect((await anna.call(`POST /api/threads/${id}/members`, { userId: absent })).status).toBe(404);
    expect((await anna.call(`DELETE /api/threads/${id}/members/${absent}`)).status).toBe(204);
  });
});

describe('history', () => {
  it('is read forwards, backwards and from the end, without a gap', async () => {
    const id = await thread(anna, 'Long');
    await say(
      gateway,
      DEFAULT_TENANT_ID,
      { sender: anna, threadId: id },
      ...Array.from({ length: 25 }, (_, i) => `m${i.toString()}`),
    );
    const page = async (query: string) =>
      (await anna.call(`GET /api/threads/${id}/events${query}`)).body as unknown as EventPage;
    const newest = await page('?limit=5');
    const { head } = newest;
    expect(newest.events.map(({ seq }) => seq)).toEqual([head - 4, head - 3, head - 2, head - 1, head]);
    const older = await page(`?limit=5&beforeSeq=${(head - 4).toString()}`);
    expect(older.events.at(-1)?.seq).toBe(head - 5);
    const seqs: number[] = [];
    for (let after = 0, more = true; more;) {
      const next = await page(`?limit=7&afterSeq=${after.toString()}`);
      seqs.push(...next.events.map(({ seq }) => seq));
      after = seqs.at(-1) ?? 0;
      ({ more } = next);
    }
    expect(seqs).toEqual(Array.from({ length: head }, (_, i) => i + 1));
  });

  it('is exported whole, as a download', async () => {
    const id = await thread(anna, 'Über "Export"\n');
    await say(gateway, DEFAULT_TENANT_ID, { sender: anna, threadId: id }, 'ü€😀', '</script>');
    const reply = await anna.call(`GET /api/threads/${id}/export`);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w.-]+\.json"$/);
    expect(reply.headers.get('cache-control')).toBe('no-store');
    const file = ThreadExport.parse(reply.body);
    expect(file.thread.title).toBe('Über "Export"\n');
    expect(file.events.map(({ seq }) => seq)).toEqual(file.events.map((_, index) => index + 1));
    expect(reply.text).toContain('ü€😀');
  });

  it('a large export has every event', async () => {
    const id = await thread(anna, 'Large');
    for (let i = 0; i < 12; i += 1) {
      await say(
        gateway,
        DEFAULT_TENANT_ID,
        { sender: anna, threadId: id },
        ...Array.from({ length: 50 }, () => 'x'.repeat(1_000)),
      );
    }
    const file = ThreadExport.parse((await anna.call(`GET /api/threads/${id}/export`)).body);
    expect(file.events.filter(({ type }) => type === 'message.sent')).toHaveLength(600);
  });
});

describe('finding', () => {
  it('messages by their words, page by page, in own threads only', async () => {
    const id = await thread(anna, 'Botany');
    await say(
      gateway,
      DEFAULT_TENANT_ID,
      { sender: anna, threadId: id },
      'kelp grips rock',
      'kelp sways',
      'nothing here',
      'more kelp',
    );
    const first = (await anna.call('GET /api/search?q=kelp&limit=2')).body as unknown as SearchPage;
    expect(first.hits).toHaveLength(2);
    expect(first.hits.every(({ excerpt }) => /kelp/i.test(excerpt))).toBe(true);
    const rest = (await anna.call(`GET /api/search?q=kelp&limit=2&cursor=${first.nextCursor ?? ''}`))
      .body as unknown as SearchPage;
    expect(rest).toMatchObject({ hits: [{ threadId: id }], nextCursor: null });
    expect((await ben.call('GET /api/search?q=kelp')).body).toEqual({ hits: [], nextCursor: null });
  });

  it.each(['%', '_', "'", '"', '\\', ':*', '!', '&', '(', 'a & | b', '-- drop', '<->'])('survives %j', async (q) => {
    expect((await anna.call(`GET /api/search?q=${encodeURIComponent(q)}`)).status).toBe(200);
    expect((await anna.call(`GET /api/users?q=${encodeURIComponent(q)}`)).status).toBe(200);
  });

  it('people by name, and the agents', async () => {
    expect((await anna.call('GET /api/users?q=BE')).body).toMatchObject({ users: [{ id: ben.id, name: 'ben' }] });
    expect((await anna.call('GET /api/agents')).body).toMatchObject({
      agents: [{ id: GUIDE_AGENT_ID, name: 'guide' }],
    });
  });

  it('what runs', async () => {
    const { status, body } = await anna.call('GET /api/system/status');
    expect(status).toBe(200);
    expect(body).toMatchObject({ sloService: null, version: expect.stringMatching(/^\d/) });
  });
});
