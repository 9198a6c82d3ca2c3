import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GUIDE_AGENT_ID } from '@holdfast/database';
import { eventually, signToken } from '@holdfast/testing';
import { textBody } from './support/chat-client.js';
import { Stage } from './support/stage.js';

describe('two gateways', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.set(2);
  }, 120_000);

  afterAll(async () => {
    expect(await stage.strike()).toEqual([0, 0]);
  }, 30_000);

  async function pair() {
    const [ann, bob] = await Promise.all([stage.connect({ sub: 'ann' }, 0), stage.connect({ sub: 'bob' }, 1)]);
    const threadId = await ann.createThread([bob.userId]);
    await Promise.all([ann.open(threadId), bob.open(threadId)]);
    return { ann, bob, threadId };
  }

  it('greets with who one is and what the limits are', async () => {
    const ann = await stage.connect({ sub: 'ann' });
    expect(ann.all('session.ready')[0]).toMatchObject({
      protocol: 1,
      tenant: 'default',
      user: { name: 'ann', kind: 'human' },
      limits: { bodyBytes: 32_768, messagesPerSend: 50, openThreads: 50, rateBurst: 100 },
    });
  });

  it('shows everyone on every gateway the same messages in one order', async () => {
    const { ann, bob, threadId } = await pair();
    await Promise.all(
      Array.from({ length: 10 }, async (_, n) => {
        await Promise.all([ann.send(threadId, `ann ${String(n)}`), bob.send(threadId, `bob ${String(n)}`)]);
      }),
    );
    const seqs = Array.from({ length: 20 }, (_, n) => n + 3);
    await eventually(() => {
      expect(ann.events(threadId).map(({ seq }) => seq)).toEqual(seqs);
      expect(bob.events(threadId)).toEqual(ann.events(threadId));
    });
    const page = await bob.do('events.pull', { threadId, afterSeq: 2, limit: 200 });
    expect(page).toMatchObject({ head: 22, more: false, events: ann.events(threadId) });
    const older = await bob.do('thread.history', { threadId, beforeSeq: 5, limit: 2 });
    expect(older.events.map(({ seq }) => seq)).toEqual([3, 4]);
    expect(older.more).toBe(true);
  });

  it('answers a repeated message with its first place, and refuses its id for another text', async () => {
    const { ann, bob, threadId } = await pair();
    const clientMessageId = randomUUID();
    const send = (text: string) =>
      ann.do('message.send', { threadId, messages: [{ clientMessageId, body: textBody(text) }] });
    const [first] = (await send('once')).results;
    const [again] = (await send('once')).results;
    const [other] = (await send('twice')).results;
    expect(first).toMatchObject({ ok: true, seq: 3, duplicate: false });
    expect(again).toEqual({ ...first, duplicate: true });
    expect(other).toMatchObject({ ok: false, clientMessageId, error: { code: 'conflict', retryable: false } });
    await eventually(() => {
      expect(bob.events(threadId)).toHaveLength(1);
    });
  });

  it('edits and deletes own messages, once, and tells everyone', async () => {
    const { ann, bob, threadId } = await pair();
    const [sent] = await ann.send(threadId, 'teh text');
    if (sent?.ok !== true) throw new Error('not sent');
    const edit = {
      threadId,
      messageId: sent.eventId,
      commandId: randomUUID(),
      ifRevision: 0,
      body: textBody('the text'),
    };
    expect(await ann.do('message.edit', edit)).toMatchObject({ seq: 4, revision: 1, duplicate: false });
    expect(await ann.do('message.edit', edit)).toMatchObject({ seq: 4, revision: 1, duplicate: true });
    expect(await ann.ask('message.edit', { ...edit, commandId: randomUUID() })).toMatchObject({
      ok: false,
      error: { code: 'conflict' },
    });
    expect(await bob.ask('message.edit', { ...edit, commandId: randomUUID(), ifRevision: 1 })).toMatchObject({
      ok: false,
      error: { code: 'forbidden' },
    });
    const removal = { threadId, messageId: sent.eventId, commandId: randomUUID(), ifRevision: 1 };
    expect(await ann.do('message.delete', removal)).toMatchObject({ seq: 5, duplicate: false });
    await eventually(() => {
      expect(bob.events(threadId).map(({ type }) => type)).toEqual([
        'message.sent',
        'message.edited',
        'message.deleted',
      ]);
    });
    const { events } = await bob.do('events.pull', { threadId, afterSeq: 2, limit: 10 });
    expect(JSON.stringify(events)).not.toContain('text"}');
  });

  it('resumes many threads in one answer: what is missing, a reset, or no', async () => {
    const { ann, bob, threadId } = await pair();
    const foreign = await bob.createThread();
    await ann.send(threadId, 'one', 'two');
    const { epoch } = ann.all('session.ready')[0] ?? { epoch: '' };
    const { threads } = await ann.do('session.resume', {
      threads: [
        { threadId, afterSeq: 3, epoch },
        { threadId: foreign, afterSeq: 0 },
      ],
      runs: [],
    });
    expect(threads).toMatchObject([
      { status: 'delta', head: 4, more: false, events: [{ seq: 4 }], members: [{}, {}] },
      { status: 'denied', threadId: foreign },
    ]);
    const past = await ann.do('session.resume', { threads: [{ threadId, afterSeq: 99, epoch }], runs: [] });
    expect(past.threads).toMatchObject([{ status: 'reset', head: 4, hasOlder: false }]);
    const elsewhere = await ann.do('session.resume', { threads: [{ threadId, afterSeq: 4, epoch: '1:1' }], runs: [] });
    expect(elsewhere.threads).toMatchObject([{ status: 'reset', head: 4 }]);
  });

  it('tells inboxes of threads that are not open, at most once a second', async () => {
    const { ann, threadId } = await pair();
    const elsewhere = await stage.connect({ sub: 'bob' }, 1);
    for (let n = 0; n < 5; n += 1) await ann.send(threadId, `message ${String(n)}`);
    await elsewhere.next('inbox.updated', ({ threads }) =>
      threads.some((entry) => entry.threadId === threadId && entry.head === 7),
    );
    expect(elsewhere.all('inbox.updated').length).toBeLessThan(5);
    expect(elsewhere.events(threadId)).toEqual([]);
  });

  it('passes on typing, presence and read markers', async () => {
    const { ann, bob, threadId } = await pair();
    await ann.do('typing.set', { threadId, typing: true });
    expect(await bob.next('typing.changed')).toMatchObject({ threadId, userId: ann.userId, typing: true });
    expect((await ann.do('presence.get', { threadId })).online).toEqual(
      expect.arrayContaining([ann.userId, bob.userId]),
    );
    expect(await bob.do('read.mark', { threadId, seq: 1 })).toMatchObject({ ok: true, seq: 1 });
    const marks = await Promise.all([2, 1, 99].map((seq) => bob.do('read.mark', { threadId, seq })));
    expect(marks.at(-1)).toMatchObject({ ok: true, seq: 2 });
    expect(await ann.next('read.marked', ({ seq }) => seq === 2)).toEqual({ threadId, userId: bob.userId, seq: 2 });
  });

  it('queues a run for the agent, which can be followed, cancelled and asked for again', async () => {
    const ann = await stage.connect({ sub: 'ann' });
    const threadId = await ann.createThread([], GUIDE_AGENT_ID);
    await ann.open(threadId);
    const [sent] = await ann.send(threadId, 'hello?');
    const runId = sent?.ok === true ? (sent.runId ?? '') : '';
    expect(await ann.do('run.follow', { runId, attempt: 0, off: 0 })).toMatchObject({
      run: { status: 'tail', runId, attempt: 0, off: 0, parts: [] },
    });
    expect(await ann.do('run.cancel', { runId })).toMatchObject({ status: 'cancelled' });
    expect(await ann.do('run.cancel', { runId })).toMatchObject({ status: 'cancelled' });
    expect(await ann.next('run.ended')).toMatchObject({ runId, outcome: 'cancelled', length: 0 });
    await eventually(() => {
      expect(ann.events(threadId).map(({ type }) => type)).toEqual(['message.sent', 'run.ended']);
    });
    const commandId = randomUUID();
    const retried = await ann.do('run.retry', { runId, mode: 'regenerate', commandId });
    expect(retried).toMatchObject({ duplicate: false });
    expect(await ann.do('run.retry', { runId, mode: 'regenerate', commandId })).toMatchObject({
      runId: retried.runId,
      duplicate: true,
    });
    await ann.do('run.cancel', { runId: retried.runId });
  });

  it('forgets who was erased on every gateway, also where they were connected', async () => {
    const away = await stage.connect({ sub: 'eve' }, 1);
    const token = await signToken({ sub: 'eve' });
    const erasure = await fetch(`${stage.url(0)}/api/users/${away.userId}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(erasure.status).toBe(200);
    expect(await away.next('session.closing')).toEqual({ code: 'erased', mayReconnect: false });
    await eventually(async () => {
      const { status } = await fetch(`${stage.url(1)}/api/me`, { headers: { authorization: `Bearer ${token}` } });
      expect(status).toBe(410);
    });
  });

  it('knows the instances that run', async () => {
    const ann = await stage.connect({ sub: 'ann' });
    await eventually(async () => {
      const status = await ann.do('system.status', {});
      expect(status).toMatchObject({ registry: 'available', sloService: null });
      expect(status.instances.map(({ app, state }) => `${app} ${state}`)).toEqual(['gateway ready', 'gateway ready']);
      expect(status.instances.reduce((sum, { connections }) => sum + connections, 0)).toBeGreaterThan(0);
    });
  });
});
