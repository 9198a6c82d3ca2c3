import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ThreadSummary } from '@holdfast/contracts';
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
  getThread,
  latestThreads,
  listAgents,
  listMembers,
  listThreads,
  markRead,
  memberIds,
  pollThreads,
  readEvents,
  removeMember,
  ThreadOpener,
  type Principal,
  updateThread,
} from '../src/index.js';
import { fixture, bodies, command, log, person, row, say, text, thread, type Fixture } from './fixture.js';

jest.setTimeout(60_000);

let f: Fixture;
beforeAll(async () => {
  f = await fixture();
});
afterAll(() => f.close());

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
      config: { baseUrl: 'http://127.0.0.1:1', model: 'm', apiKeySecret: 'HOLDFAST_SECRET_X' },
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

  it('are found for many members at once, the latest of each that are still in use', async () => {
    const [dan, eve] = [await person(f.db, 'default', 'Dan'), await person(f.db, 'default', 'Eve')];
    const shared = await thread(f.db, dan, { members: [eve] });
    const archived = await thread(f.db, dan);
    await updateThread(f.db, dan, { threadId: archived, change: { archived: true } });
    await deleteThread(f.db, dan, await thread(f.db, dan));
    const newer = await thread(f.db, dan);
    const of = async (limit: number, members: readonly Principal[]) =>
      (await latestThreads(f.db, members, limit)).map(({ userId, threadId }) => [userId, threadId]);
    expect(await of(9, [dan, eve])).toEqual([
      [dan.userId, newer],
      [dan.userId, shared],
      [eve.userId, shared],
    ]);
    expect(await of(1, [dan])).toEqual([[dan.userId, newer]]);
    expect(await of(9, [{ ...dan, tenantId: f.mallory.tenantId }])).toEqual([]);
    expect(await of(9, [])).toEqual([]);
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
    expect(await bodies(f.db, threadId)).not.toContain('private');
  });
});

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
