import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { LogEvent } from '@holdfast/contracts';
import {
  appendMessages,
  deleteMessage,
  editMessage,
  ensureUser,
  ensureUsers,
  eraseUser,
  exportThread,
  findUsers,
  markRead,
  pollThreads,
  searchMessages,
  type Principal,
  type Published,
} from '../src/index.js';
import { fixture, bodies, command, log, row, say, text, thread, type Fixture } from './fixture.js';

jest.setTimeout(60_000);

let f: Fixture;
beforeAll(async () => {
  f = await fixture();
});
afterAll(() => f.close());

describe('messages', () => {
  it('are edited by their sender, revision by revision', async () => {
    const threadId = await thread(f.db, f.alice, { members: [f.bob] });
    const { event } = await say(f.db, f.alice, threadId, 'frist');
    const edit = { ...command(threadId, event.id), body: text('first') };
    const done = await editMessage(f.db, f.alice, edit);
    expect(done).toMatchObject({ revision: 1, duplicate: false });
    expect(done.published.events.map((entry) => LogEvent.parse(entry))).toMatchObject([
      { type: 'message.edited', data: { messageId: event.id, revision: 1, body: text('first') } },
    ]);
    expect(await editMessage(f.db, f.alice, edit)).toMatchObject({ seq: done.seq, duplicate: true, revision: 1 });
    const refusals: [Principal, typeof edit, string][] = [
      [f.alice, { ...edit, body: text('other') }, 'conflict'],
      [f.alice, { ...edit, commandId: randomUUID() }, 'conflict'],
      [f.bob, { ...edit, commandId: randomUUID(), ifRevision: 1 }, 'forbidden'],
      [f.mallory, { ...edit, commandId: randomUUID() }, 'not_found'],
      [f.alice, { ...edit, commandId: randomUUID(), messageId: randomUUID() }, 'not_found'],
    ];
    for (const [who, what, code] of refusals) {
      await expect(editMessage(f.db, who, what)).rejects.toMatchObject({ code });
    }
    const reuse = { ...row(f.alice, threadId, 'first'), clientMessageId: edit.commandId };
    expect(await appendMessages(f.db, [reuse])).toEqual([{ status: 'conflict' }]);
    expect(await log(f.db, threadId)).toHaveLength(4);
  });

  it('are deleted with every revision and fingerprint; their seqs stay', async () => {
    const threadId = await thread(f.db, f.alice);
    const original = row(f.alice, threadId, 'secret one');
    await appendMessages(f.db, [original]);
    const message = (await log(f.db, threadId)).at(-1);
    if (message === undefined) throw new Error('no message');
    await editMessage(f.db, f.alice, { ...command(threadId, message.id), body: text('secret two') });
    const deletion = command(threadId, message.id, 1);
    const done = await deleteMessage(f.db, f.alice, deletion);
    expect(await deleteMessage(f.db, f.alice, deletion)).toMatchObject({ seq: done.seq, duplicate: true });
    await expect(deleteMessage(f.db, f.alice, command(threadId, message.id, 1))).rejects.toMatchObject({
      code: 'gone',
    });
    expect(await bodies(f.db, threadId)).not.toMatch(/secret|"body_hash":\{/);
    const events = await log(f.db, threadId);
    expect(events.slice(-3)).toMatchObject([
      { seq: message.seq, data: { body: null } },
      { type: 'message.edited', data: { body: null } },
      { type: 'message.deleted', data: { reason: 'deleted' } },
    ]);
    expect(await appendMessages(f.db, [original])).toMatchObject([{ status: 'duplicate', seq: message.seq }]);
  });

  it('are found in their newest revision, by members only, newest first and page by page', async () => {
    const word = `w${randomUUID().replaceAll('-', '')}`;
    const threadId = await thread(f.db, f.alice, { members: [f.bob] });
    const hidden = await thread(f.db, f.mallory);
    await say(f.db, f.mallory, hidden, `${word} elsewhere`);
    const one = await say(f.db, f.alice, threadId, `the ${word} is one`);
    const two = await say(f.db, f.bob, threadId, `the ${word} is two's \\ 'quoted`);
    const old = await say(f.db, f.alice, threadId, `the ${word} is old`);
    const gone = await say(f.db, f.alice, threadId, `the ${word} is gone`);
    await editMessage(f.db, f.alice, { ...command(threadId, old.event.id), body: text('replaced') });
    await deleteMessage(f.db, f.alice, command(threadId, gone.event.id));
    const first = await searchMessages(f.db, f.alice, { q: word, limit: 1 });
    const second = await searchMessages(f.db, f.alice, { q: word, limit: 1, cursor: first.nextCursor ?? '' });
    expect([...first.hits, ...second.hits].map(({ messageId }) => messageId)).toEqual([two.event.id, one.event.id]);
    expect(second.nextCursor).toBeNull();
    expect(second.hits[0]?.excerpt).toBe(`the ${word} is one`);
    const prefix = await searchMessages(f.db, f.alice, { q: `${word.slice(0, 20)} two's '\\`, limit: 9 });
    expect(prefix.hits.map(({ messageId }) => messageId)).toEqual([two.event.id]);
    expect((await searchMessages(f.db, f.alice, { q: "' & | ! :*", limit: 9 })).hits).toEqual([]);
    expect((await searchMessages(f.db, f.mallory, { q: word, limit: 9 })).hits).toHaveLength(1);
    const elsewhere = await searchMessages(f.db, f.alice, { q: word, limit: 9, threadId: hidden });
    expect(elsewhere.hits).toEqual([]);
  });

  it('are exported as one log, whole and in order', async () => {
    const threadId = await thread(f.db, f.alice);
    for (let i = 0; i < 3; i++) await say(f.db, f.alice, threadId, String(i));
    const file = await exportThread(f.db, f.alice, threadId);
    const events: LogEvent[] = [];
    for await (const page of file.pages) events.push(...page);
    expect(events).toEqual(await log(f.db, threadId));
    expect(file).toMatchObject({ format: 'holdfast.thread.v1', thread: { head: 4 }, members: [{ name: 'Alice' }] });
    await expect(exportThread(f.db, f.mallory, threadId)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('users', () => {
  it('are the same for the same token, also when many arrive at once; a new name is taken over', async () => {
    const identity = { tenant: 'default', subject: randomUUID(), name: 'Dora', kind: 'guest' as const };
    const many = await Promise.all(Array.from({ length: 8 }, () => ensureUser(f.db, identity)));
    const [first] = many;
    expect(first).toMatchObject({ status: 'ok', tenant: 'default', user: { name: 'Dora', kind: 'guest' } });
    expect(new Set(many.map((user) => JSON.stringify(user))).size).toBe(1);
    const [renamed, unknown] = await ensureUsers(f.db, [
      { ...identity, name: 'Dorothea' },
      { ...identity, tenant: 'nowhere' },
    ]);
    expect(renamed).toMatchObject({ user: { name: 'Dorothea', id: first?.status === 'ok' ? first.user.id : '' } });
    expect(unknown).toEqual({ status: 'unknown_tenant' });
    expect((await findUsers(f.db, f.alice, { q: 'OTHEA', limit: 5 })).map(({ name }) => name)).toEqual(['Dorothea']);
    expect(await findUsers(f.db, f.mallory, { q: 'Dorothea', limit: 5 })).toEqual([]);
  });

  it('are erased with all that they wrote, and do not come back', async () => {
    const identity = { tenant: 'default', subject: 'eve@example.org', name: 'Eve Unique', kind: 'human' as const };
    const eve = await ensureUser(f.db, identity);
    if (eve.status !== 'ok') throw new Error(eve.status);
    const principal = { tenantId: eve.tenantId, userId: eve.user.id, roles: [] };
    const shared = await thread(f.db, f.alice, { members: [principal] });
    const alone = await thread(f.db, principal);
    await say(f.db, f.alice, shared, 'stays');
    for (let i = 0; i < 205; i++) await say(f.db, principal, shared, `secret ${String(i)}`);
    const { event } = await say(f.db, principal, alone, 'secret alone');
    await editMessage(f.db, principal, { ...command(alone, event.id), body: text('secret edited') });
    await markRead(f.db, principal, { threadId: shared, seq: 2 });

    const published: Published[] = [];
    const request = { userId: principal.userId, onPublished: (entry: Published) => published.push(entry) };
    await expect(eraseUser(f.db, f.bob, request)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(eraseUser(f.db, { ...f.mallory, roles: ['ops'] }, request)).rejects.toMatchObject({
      code: 'not_found',
    });
    const operator = { ...f.bob, roles: ['ops'] };
    expect(await eraseUser(f.db, operator, request)).toEqual({ userId: principal.userId, erasedMessages: 206 });
    expect(await eraseUser(f.db, operator, request)).toMatchObject({ erasedMessages: 0 });

    expect(await bodies(f.db, shared)).not.toMatch(/secret|Eve|"body_hash":\{"type":"Buffer","data":\[\]/);
    expect(await bodies(f.db, alone)).not.toMatch(/secret|Eve/);
    expect((await pollThreads(f.db, [alone])).threads[0]?.deleted).toBe(true);
    const events = await log(f.db, shared);
    expect(events.at(-1)).toMatchObject({ type: 'member.removed', senderId: null, data: { reason: 'erased' } });
    expect(events.filter(({ type }) => type === 'message.deleted')).toHaveLength(205);
    expect(published.flatMap((entry) => (entry.threadId === shared ? entry.events : []))).toEqual(events.slice(-206));
    expect(await ensureUser(f.db, identity)).toEqual({ status: 'erased' });
    const names = await f.db.query({ name: 'all_users', text: 'select name, subject from chat.app_user' });
    expect(JSON.stringify(names)).not.toMatch(/Eve Unique|eve@example/);
  });
});
