import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LogEvent, ThreadSummary } from '@holdfast/contracts';
import { GUIDE_AGENT_ID } from '@holdfast/database';
import {
  addMember,
  appendMessages,
  authorizeMember,
  cancelRun,
  createAgent,
  createThread,
  deleteMessage,
  deleteThread,
  editMessage,
  ensureUser,
  ensureUsers,
  eraseUser,
  exportThread,
  findUsers,
  getThread,
  listAgents,
  listMembers,
  listThreads,
  markRead,
  memberIds,
  pollThreads,
  readEvents,
  removeMember,
  searchMessages,
  ThreadOpener,
  updateThread,
  type Principal,
  type Published,
} from '../src/index.js';
import { fixture, log, person, row, say, text, thread, type Fixture } from './fixture.js';

let f: Fixture;
beforeAll(async () => {
  f = await fixture();
});
afterAll(() => f.close());

const command = (threadId: string, messageId: string, ifRevision = 0) => ({
  threadId,
  messageId,
  commandId: randomUUID(),
  ifRevision,
});

describe('threads', () => {
  it('are created once per id, with the first agent of the tenant unless told otherwise', async () => {
    const input = { threadId: randomUUID(), title: 'Plans', memberIds: [f.bob.userId] };
    const first = await createThread(f.db, f.alice, input);
    expect(ThreadSummary.parse(first.thread)).toMatchObject({ title: 'Plans', agentId: GUIDE_AGENT_ID, role: 'owner' });
    expect([...first.memberIds].sort()).toEqual([f.alice.userId, f.bob.userId].sort());
    expect(await log(f.db, input.threadId)).toEqual(first.published.events);
    const again = await createThread(f.db, f.alice, input);
    expect(again).toMatchObject({ created: false, thread: { id: input.threadId } });
    for (const other of [f.bob, f.mallory]) {
      await expect(createThread(f.db, other, { ...input, memberIds: [] })).rejects.toMatchObject({ code: 'conflict' });
    }
    const foreign = { threadId: randomUUID(), title: 'x', memberIds: [f.mallory.userId] };
    await expect(createThread(f.db, f.alice, foreign)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('are created once when two retries race', async () => {
    const input = { threadId: randomUUID(), title: 'Race', agentId: null };
    const outcomes = await Promise.all([1, 2, 3].map(() => createThread(f.db, f.alice, input)));
    expect(outcomes.map(({ created }) => created).sort()).toEqual([false, false, true]);
  });

  it('are renamed, archived and given another agent, each with an event', async () => {
    const agent = await createAgent(f.db, {
      tenant: 'default',
      name: `bot-${randomUUID()}`,
      description: 'A bot.',
      provider: 'openai',
      config: { baseUrl: 'http://127.0.0.1:1', model: 'm', apiKey: 'HOLDFAST_SECRET_X' },
    });
    const threadId = await thread(f.db, f.alice, { agent: true });
    const before = (await log(f.db, threadId)).length;
    const change = { title: 'New', archived: true, agentId: agent.id, agentMode: 'every' as const };
    const updated = await updateThread(f.db, f.alice, { threadId, change });
    expect(updated.thread).toMatchObject({ title: 'New', archived: true, agentId: agent.id, agentMode: 'every' });
    expect(updated.published.events.map(({ type }) => type)).toEqual([
      'thread.renamed',
      'thread.archived',
      'member.removed',
      'member.added',
    ]);
    expect(await log(f.db, threadId)).toHaveLength(before + 4);
    const same = await updateThread(f.db, f.alice, { threadId, change });
    expect(same.published.events).toEqual([]);
    expect((await updateThread(f.db, f.alice, { threadId, change: { agentId: null } })).thread.agentId).toBeNull();
    expect((await listAgents(f.db, f.alice)).map(({ name }) => name)).toContain('guide');
  });

  it('are listed by activity, page by page, with unread counts and the newest text', async () => {
    const carol = await person(f.db, 'default', 'Carol');
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.unshift(await thread(f.db, carol, { members: [f.alice] }));
    const busiest = ids[4] ?? '';
    await say(f.db, f.alice, busiest, 'one');
    const two = await say(f.db, f.alice, busiest, 'two');
    const edited = await editMessage(f.db, f.alice, { ...command(busiest, two.event.id), body: text('two, edited') });
    const order = [busiest, ...ids.slice(0, 4)];
    const first = await listThreads(f.db, carol, { limit: 2, archived: false });
    const second = await listThreads(f.db, carol, { limit: 2, archived: false, cursor: first.nextCursor ?? '' });
    const third = await listThreads(f.db, carol, { limit: 2, archived: false, cursor: second.nextCursor ?? '' });
    expect([...first.threads, ...second.threads, ...third.threads].map(({ id }) => id)).toEqual(order);
    expect(third.nextCursor).toBeNull();
    expect(first.threads[0]).toMatchObject({ unread: 2, readSeq: 0, lastMessage: { text: 'two, edited' } });
    expect(first.threads[0]?.lastMessage?.seq).toBe(two.event.seq);

    expect(await markRead(f.db, carol, { threadId: busiest, seq: two.event.seq - 1 })).toEqual({
      seq: two.event.seq - 1,
    });
    expect(await markRead(f.db, carol, { threadId: busiest, seq: 1 })).toEqual({ seq: two.event.seq - 1 });
    expect(await getThread(f.db, carol, busiest)).toMatchObject({ unread: 1 });
    expect(await markRead(f.db, carol, { threadId: busiest, seq: 999 })).toEqual({ seq: edited.seq });
    expect(await getThread(f.db, carol, busiest)).toMatchObject({ unread: 0 });
    await updateThread(f.db, carol, { threadId: busiest, change: { archived: true } });
    const archived = await listThreads(f.db, carol, { limit: 10, archived: true });
    expect(archived.threads.map(({ id }) => id)).toEqual([busiest]);
    await expect(listThreads(f.db, carol, { limit: 2, archived: false, cursor: 'x' })).rejects.toMatchObject({
      code: 'invalid',
    });
  });

  it('are deleted by their owner: blank, without runs, and gone for everybody', async () => {
    const threadId = await thread(f.db, f.alice, { agent: true, members: [f.bob], agentMode: 'every' });
    const message = await say(f.db, f.alice, threadId, 'private');
    await expect(deleteThread(f.db, f.bob, threadId)).rejects.toMatchObject({ code: 'forbidden' });
    const outcome = await deleteThread(f.db, f.alice, threadId);
    expect(outcome.deleted).toBe(true);
    expect([...outcome.memberIds].sort()).toEqual([f.alice.userId, f.bob.userId].sort());
    expect((await deleteThread(f.db, f.alice, threadId)).deleted).toBe(false);
    expect(await appendMessages(f.db, [row(f.alice, threadId)])).toEqual([{ status: 'gone' }]);
    await expect(readEvents(f.db, f.bob, { threadId, afterSeq: 0, limit: 9 })).rejects.toMatchObject({ code: 'gone' });
    await expect(cancelRun(f.db, f.alice, message.runId ?? '')).rejects.toMatchObject({ code: 'not_found' });
    expect((await pollThreads(f.db, [threadId])).threads).toMatchObject([{ deleted: true, runs: [] }]);
    expect(await bodies(threadId)).not.toContain('private');
  });
});

async function bodies(threadId: string): Promise<string> {
  const statement = { name: 'all_data', text: 'select data::text, body_hash from chat.event where thread_id = $1' };
  return JSON.stringify(await f.db.query(statement, [threadId]));
}

describe('members', () => {
  it('come and go with events; only a removal makes the rooms stale', async () => {
    const threadId = await thread(f.db, f.alice);
    const added = await addMember(f.db, f.alice, { threadId, userId: f.bob.userId });
    expect(added).toMatchObject({ changed: true, published: { memberVersion: 1, events: [{ type: 'member.added' }] } });
    expect(await addMember(f.db, f.alice, { threadId, userId: f.bob.userId })).toMatchObject({ changed: false });
    expect((await listMembers(f.db, f.bob, threadId)).map(({ name }) => name)).toEqual(['Alice', 'Bob']);
    await expect(addMember(f.db, f.alice, { threadId, userId: f.mallory.userId })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(removeMember(f.db, f.bob, { threadId, userId: f.alice.userId })).rejects.toMatchObject({
      code: 'forbidden',
    });
    const removed = await removeMember(f.db, f.alice, { threadId, userId: f.bob.userId });
    expect(removed.published).toMatchObject({ memberVersion: 2, events: [{ data: { reason: 'removed' } }] });
    expect(await memberIds(f.db, threadId)).toEqual({ memberVersion: 2, userIds: [f.alice.userId] });
    expect(await memberIds(f.db, threadId, [f.bob.userId])).toEqual({ memberVersion: 2, userIds: [] });
    await expect(authorizeMember(f.db, f.bob, threadId)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('pass the thread on when the owner leaves', async () => {
    const threadId = await thread(f.db, f.alice, { members: [f.bob], agent: true });
    const left = await removeMember(f.db, f.alice, { threadId, userId: f.alice.userId });
    expect(left.published.events).toMatchObject([{ type: 'member.removed', data: { reason: 'left' } }]);
    expect((await authorizeMember(f.db, f.bob, threadId)).role).toBe('owner');
  });
});

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
    expect(await bodies(threadId)).not.toMatch(/secret|"body_hash":\{/);
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

    expect(await bodies(shared)).not.toMatch(/secret|Eve|"body_hash":\{"type":"Buffer","data":\[\]/);
    expect(await bodies(alone)).not.toMatch(/secret|Eve/);
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

describe('another tenant', () => {
  it('is told of nothing, by any operation', async () => {
    const threadId = await thread(f.db, f.alice, { agent: true });
    const { event } = await say(f.db, f.alice, threadId, 'ours');
    const { db, mallory } = f;
    const attempts = [
      () => getThread(db, mallory, threadId),
      () => authorizeMember(db, mallory, threadId),
      () => readEvents(db, mallory, { threadId, afterSeq: 0, limit: 10 }),
      () => updateThread(db, mallory, { threadId, change: { title: 'theirs' } }),
      () => deleteThread(db, mallory, threadId),
      () => listMembers(db, mallory, threadId),
      () => addMember(db, mallory, { threadId, userId: mallory.userId }),
      () => removeMember(db, mallory, { threadId, userId: f.alice.userId }),
      () => markRead(db, mallory, { threadId, seq: 1 }),
      () => deleteMessage(db, mallory, command(threadId, event.id)),
      // A forged tenant does not help: membership is what counts.
      () => getThread(db, { ...mallory, tenantId: f.alice.tenantId }, threadId),
      // Nor does a forged user without the tenant.
      () => readEvents(db, { ...mallory, userId: f.alice.userId }, { threadId, afterSeq: 0, limit: 10 }),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'not_found' });
    const [opened] = await new ThreadOpener(db).open(mallory, [{ threadId, afterSeq: 0 }]);
    expect(opened).toEqual({ resume: { status: 'denied', threadId } });
    expect((await listThreads(db, mallory, { limit: 100, archived: false })).threads.map(({ id }) => id)).not.toContain(
      threadId,
    );
    expect(await log(db, threadId)).toHaveLength(3);
  });
});
