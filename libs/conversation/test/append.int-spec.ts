import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ThreadResume } from '@holdfast/contracts';
import { appendMessages, readEvents, ThreadOpener } from '../src/index.js';
import { fixture, isAppended, log, row, say, text, thread, type Fixture } from './fixture.js';

jest.setTimeout(60_000);

let f: Fixture;
beforeAll(async () => {
  f = await fixture();
});
afterAll(() => f.close());

describe('appendMessages', () => {
  it('numbers the messages of each thread densely and in the order given', async () => {
    const [one, two] = [await thread(f.db, f.alice), await thread(f.db, f.alice)];
    const rows = [row(f.alice, one, 'a'), row(f.alice, two, 'b'), row(f.alice, one, 'c')];
    const outcomes = await appendMessages(f.db, rows);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['appended', 'appended', 'appended']);
    const events = await log(f.db, one);
    expect(events.map((event) => event.type)).toEqual(['member.added', 'message.sent', 'message.sent']);
    const [first] = outcomes;
    isAppended(first);
    expect(events[1]).toEqual(first.event);
  });

  it('answers a retry with the original place, also when the message is in a later batch with new ones', async () => {
    const threadId = await thread(f.db, f.alice, { agent: true });
    const message = row(f.alice, threadId);
    const [first] = await appendMessages(f.db, [message]);
    isAppended(first);
    const [fresh, again] = await appendMessages(f.db, [row(f.alice, threadId), message]);
    isAppended(fresh);
    expect(again).toEqual({
      status: 'duplicate',
      seq: first.event.seq,
      eventId: first.event.id,
      at: first.event.at,
      runId: first.runId,
    });
    expect(fresh.runId).toBe(first.runId);
  });

  it('refuses the same key with another body', async () => {
    const threadId = await thread(f.db, f.alice);
    const message = row(f.alice, threadId, 'one');
    await appendMessages(f.db, [message]);
    expect(await appendMessages(f.db, [{ ...message, body: text('two') }])).toEqual([{ status: 'conflict' }]);
  });

  it('refuses strangers, foreign tenants and unknown threads alike, and writes nothing', async () => {
    const threadId = await thread(f.db, f.alice);
    const outcomes = await appendMessages(f.db, [
      row(f.bob, threadId),
      row(f.mallory, threadId),
      { ...row(f.alice, threadId), tenantId: f.mallory.tenantId },
      row(f.alice, '00000000-0000-4000-8000-0000000000ff'),
    ]);
    expect(outcomes).toEqual(Array(4).fill({ status: 'forbidden' }));
    expect(await log(f.db, threadId)).toHaveLength(1);
  });

  it('answers busy, without waiting, while another writer holds the thread', async () => {
    const [held, free] = [await thread(f.db, f.alice), await thread(f.db, f.alice)];
    await f.db.transaction(async (tx) => {
      await tx.query({ name: 'hold', text: 'select 1 from chat.thread where id = $1 for no key update' }, [held]);
      const outcomes = await appendMessages(f.db, [row(f.alice, held), row(f.alice, free)]);
      expect(outcomes.map(({ status }) => status)).toEqual(['busy', 'appended']);
    });
  });

  it('queues one run and lets later messages join it, while one person is there', async () => {
    const threadId = await thread(f.db, f.alice, { agent: true });
    const [one, two] = [await say(f.db, f.alice, threadId), await say(f.db, f.alice, threadId)];
    expect(one.runId).toBeDefined();
    expect(two.runId).toBe(one.runId);
  });

  it('asks the agent among several people only when it is mentioned', async () => {
    const threadId = await thread(f.db, f.alice, { agent: true, members: [f.bob] });
    expect((await say(f.db, f.alice, threadId, 'hello')).runId).toBeUndefined();
    expect((await say(f.db, f.alice, threadId, 'mail me at a@guide.example')).runId).toBeUndefined();
    expect((await say(f.db, f.alice, threadId, '@guided tour')).runId).toBeUndefined();
    expect((await say(f.db, f.alice, threadId, 'hello @Guide, are you there?')).runId).toBeDefined();
  });

  it('never asks an agent that is off', async () => {
    const threadId = await thread(f.db, f.alice, { agent: true, agentMode: 'off' });
    expect((await say(f.db, f.alice, threadId, '@guide')).runId).toBeUndefined();
  });
});

describe('reading', () => {
  it('opens a thread with a page that the contracts accept, and continues from a cursor', async () => {
    const threadId = await thread(f.db, f.alice, { agent: true });
    await say(f.db, f.alice, threadId, 'one');
    const opener = new ThreadOpener(f.db);
    const [opened] = await opener.open(f.alice, [{ threadId, afterSeq: 0 }]);
    const resume = ThreadResume.parse(opened?.resume);
    if (resume.status !== 'reset') throw new Error(resume.status);
    expect(resume).toMatchObject({ head: 3, hasOlder: false, thread: { lastMessage: { text: 'one' }, unread: 0 } });
    expect(resume.members.map(({ name }) => name)).toEqual(['guide', 'Alice']);
    expect(resume.runs).toMatchObject([{ status: 'queued', attempt: 0, parts: [] }]);

    const two = await say(f.db, f.alice, threadId, 'two');
    const [delta] = await opener.open(f.alice, [{ threadId, afterSeq: 3, epoch: resume.epoch }]);
    expect(delta?.resume).toMatchObject({ status: 'delta', more: false, events: [two.event] });
    const [strange] = await opener.open(f.alice, [{ threadId, afterSeq: 99, epoch: resume.epoch }]);
    expect(strange?.resume.status).toBe('reset');
    const [stranger] = await opener.open(f.bob, [{ threadId, afterSeq: 0 }]);
    expect(stranger?.resume.status).toBe('denied');
  });

  it('pages in both directions, and only for members', async () => {
    const threadId = await thread(f.db, f.alice);
    for (let i = 0; i < 5; i++) await say(f.db, f.alice, threadId, String(i));
    const after = await readEvents(f.db, f.alice, { threadId, afterSeq: 1, limit: 2 });
    expect(after.events.map(({ seq }) => seq)).toEqual([2, 3]);
    expect(after).toMatchObject({ head: 6, more: true });
    const before = await readEvents(f.db, f.alice, { threadId, beforeSeq: 3, limit: 10 });
    expect(before.events.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(before.more).toBe(false);
    const nothing = await readEvents(f.db, f.alice, { threadId, afterSeq: 6, limit: 10 });
    expect(nothing).toMatchObject({ events: [], more: false });
    for (const stranger of [f.bob, f.mallory]) {
      await expect(readEvents(f.db, stranger, { threadId, afterSeq: 0, limit: 1 })).rejects.toMatchObject({
        code: 'not_found',
      });
    }
  });
});
