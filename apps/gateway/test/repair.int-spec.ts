import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  addMember,
  appendMessages,
  claimRun,
  commitChunks,
  deleteThread,
  finishRun,
  removeMember,
} from '@holdfast/conversation';
import { GUIDE_AGENT_ID } from '@holdfast/database';
import { eventually } from '@holdfast/testing';
import { textBody, type ChatClient } from './support/chat-client.js';
import { Stage } from './support/stage.js';

/** Everything here is committed without a word to anybody: only the poll can find it. */
describe('what hints lost', () => {
  let stage: Stage;
  let tenantId: string;

  beforeAll(async () => {
    stage = await Stage.set(1, { POLL_MS: '200' });
    const [row] = await stage.db.query<{ id: string }>({ name: 'tenant', text: 'select id from chat.tenant' });
    tenantId = row?.id ?? '';
  }, 120_000);

  afterAll(async () => {
    expect(await stage.strike()).toEqual([0]);
  }, 30_000);

  function principal(client: ChatClient) {
    return { tenantId, userId: client.userId, roles: [] };
  }

  async function appendSilently(threadId: string, sender: ChatClient, text: string): Promise<void> {
    const row = { tenantId, threadId, senderId: sender.userId, clientMessageId: randomUUID(), body: textBody(text) };
    await appendMessages(stage.db, [row]);
  }

  it('is delivered in order, and its head told', async () => {
    const [ann, bob] = await Promise.all([stage.connect({ sub: 'ann' }), stage.connect({ sub: 'bob' })]);
    const threadId = await ann.createThread([bob.userId]);
    await bob.open(threadId);
    await appendSilently(threadId, ann, 'lost one');
    await appendSilently(threadId, ann, 'lost two');
    await eventually(() => {
      expect(bob.events(threadId).map(({ seq }) => seq)).toEqual([3, 4]);
    });
    await bob.next('thread.heads', ({ heads }) => heads[threadId] === 4);
  });

  it('ends the view of who was removed, before a later message', async () => {
    const [ann, bob, cid] = await Promise.all(['ann', 'bob', 'cid'].map((sub) => stage.connect({ sub })));
    if (!ann || !bob || !cid) throw new Error('not connected');
    const threadId = await ann.createThread([bob.userId, cid.userId]);
    await Promise.all([bob.open(threadId), cid.open(threadId)]);
    await removeMember(stage.db, principal(ann), { threadId, userId: bob.userId });
    await ann.send(threadId, 'not for bob');
    expect(await bob.next('thread.closed')).toEqual({ threadId, reason: 'removed' });
    await eventually(() => {
      expect(cid.events(threadId).map(({ type }) => type)).toEqual(['member.removed', 'message.sent']);
    });
    expect(JSON.stringify(bob.received)).not.toContain('not for bob');
    expect(await bob.ask('thread.open', { threadId, afterSeq: 0 })).toMatchObject({ thread: { status: 'denied' } });
    expect(await bob.ask('typing.set', { threadId, typing: true })).toMatchObject({ error: { code: 'forbidden' } });

    await addMember(stage.db, principal(ann), { threadId, userId: bob.userId });
    expect(await bob.open(threadId)).toMatchObject({ status: 'reset' });
  });

  it('closes a thread that was deleted', async () => {
    const ann = await stage.connect({ sub: 'ann' });
    const threadId = await ann.createThread();
    await ann.open(threadId);
    await deleteThread(stage.db, principal(ann), threadId);
    expect(await ann.next('thread.closed')).toEqual({ threadId, reason: 'deleted' });
    const [result] = await ann.send(threadId, 'too late');
    expect(result).toMatchObject({ ok: false, error: { code: 'gone' } });
  });

  it("shows an agent's text and its end", async () => {
    const ann = await stage.connect({ sub: 'ann' });
    const threadId = await ann.createThread([], GUIDE_AGENT_ID);
    await ann.open(threadId);
    const [sent] = await ann.send(threadId, 'hello?');
    const runId = sent?.ok === true ? (sent.runId ?? '') : '';
    const claim = await claimRun(stage.db, { runId, owner: 'test', leaseMs: 60_000, canContinue: () => true });
    expect(claim.status).toBe('claimed');
    const text = (value: string) => [{ type: 'text' as const, text: value }];
    await commitChunks(stage.db, [{ runId, attempt: 1, off: 0, parts: text('Hello') }], 60_000);
    expect(await ann.next('run.snapshot')).toMatchObject({ threadId, runId, attempt: 1, off: 0, parts: text('Hello') });
    await commitChunks(stage.db, [{ runId, attempt: 1, off: 5, parts: text(', Ann') }], 60_000);
    await ann.next('run.snapshot', ({ parts }) => JSON.stringify(parts).includes('Hello, Ann'));
    await finishRun(stage.db, { runId, attempt: 1, off: 10, parts: text('.'), outcome: 'completed' });
    expect(await ann.next('run.ended')).toMatchObject({
      threadId,
      runId,
      attempt: 1,
      length: 11,
      outcome: 'completed',
    });
    await eventually(() => {
      expect(ann.events(threadId).map(({ type }) => type)).toEqual([
        'message.sent',
        'run.started',
        'message.sent',
        'run.ended',
      ]);
    });
  });
});
