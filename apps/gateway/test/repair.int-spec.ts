import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { partsLength } from '@holdfast/contracts';
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

/** Longest time from a commit until everybody has it, whatever became of its hint. */
const REPAIRED_MS = 3_000;
const SLOW = { timeoutMs: 20_000 };

const text = (value: string) => [{ type: 'text' as const, text: value }];

/** Everything here is committed without a word to anybody: only the poll can find it. */
describe('what hints lost', () => {
  let stage: Stage;
  /** Its gateway polls as often as in production. */
  let production: Stage;

  beforeAll(async () => {
    [stage, production] = await Promise.all([Stage.set(1, { POLL_MS: '200' }), Stage.set(1, { POLL_MS: '' })]);
  }, 120_000);

  afterAll(async () => {
    expect(await Promise.all([stage.strike(), production.strike()])).toEqual([[0], [0]]);
  }, 30_000);

  async function principal(client: ChatClient, on = stage) {
    const [row] = await on.db.query<{ id: string }>({ name: 'tenant', text: 'select id from chat.tenant' });
    return { tenantId: row?.id ?? '', userId: client.userId, roles: [] };
  }

  async function appendSilently(threadId: string, sender: ChatClient, value: string, on = stage): Promise<number> {
    const { tenantId, userId: senderId } = await principal(sender, on);
    const row = { tenantId, threadId, senderId, clientMessageId: randomUUID(), body: textBody(value) };
    const [appended] = await appendMessages(on.db, [row]);
    return appended?.status === 'appended' ? appended.event.seq : 0;
  }

  /** A run that waits for the output of a worker. */
  async function startRun(asker: ChatClient, on = stage): Promise<{ threadId: string; runId: string }> {
    const threadId = await asker.createThread([], GUIDE_AGENT_ID);
    await asker.open(threadId);
    const [sent] = await asker.send(threadId, 'hello?');
    const runId = sent?.ok === true ? (sent.runId ?? '') : '';
    const claim = await claimRun(on.db, { runId, owner: 'test', leaseMs: 60_000, canContinue: () => true });
    expect(claim.status).toBe('claimed');
    return { threadId, runId };
  }

  /** The time until `attempt` succeeds, in ms. */
  async function msUntil(attempt: () => boolean): Promise<number> {
    const committedAt = performance.now();
    await eventually(attempt, SLOW);
    return performance.now() - committedAt;
  }

  it('is there within three seconds at the interval of production: messages of a quiet thread, text of a run', async () => {
    const [ann, bob] = await Promise.all(['ann', 'bob'].map((sub) => production.connect({ sub })));
    if (!ann || !bob) throw new Error('not connected');
    const threadId = await ann.createThread([bob.userId]);
    await bob.open(threadId);
    const { runId } = await startRun(ann, production);

    // Each begins when a poll has just brought the one before: the longest wait there is.
    const messages = async () => {
      for (const value of ['first', 'last']) {
        const seq = await appendSilently(threadId, ann, value, production);
        const ms = await msUntil(() => bob.events(threadId).some((event) => event.seq === seq));
        expect(ms).toBeLessThan(REPAIRED_MS);
      }
    };
    const output = async () => {
      for (const [off, value] of [
        [0, 'Hello'],
        [5, ', Ann'],
      ] as const) {
        await commitChunks(production.db, [{ runId, attempt: 1, off, parts: text(value) }], 60_000);
        const length = off + value.length;
        const ms = await msUntil(() => ann.all('run.snapshot').some(({ parts }) => partsLength(parts) === length));
        expect(ms).toBeLessThan(REPAIRED_MS);
      }
    };
    await Promise.all([messages(), output()]);
    expect(bob.events(threadId).map(({ seq }) => seq)).toEqual([3, 4]);
  }, 60_000);

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
    await removeMember(stage.db, await principal(ann), { threadId, userId: bob.userId });
    await ann.send(threadId, 'not for bob');
    expect(await bob.next('thread.closed')).toEqual({ threadId, reason: 'removed' });
    await eventually(() => {
      expect(cid.events(threadId).map(({ type }) => type)).toEqual(['member.removed', 'message.sent']);
    });
    expect(JSON.stringify(bob.received)).not.toContain('not for bob');
    expect(await bob.ask('thread.open', { threadId, afterSeq: 0 })).toMatchObject({ thread: { status: 'denied' } });
    expect(await bob.ask('typing.set', { threadId, typing: true })).toMatchObject({ error: { code: 'forbidden' } });

    await addMember(stage.db, await principal(ann), { threadId, userId: bob.userId });
    expect(await bob.open(threadId)).toMatchObject({ status: 'reset' });
  });

  it('closes a thread that was deleted', async () => {
    const ann = await stage.connect({ sub: 'ann' });
    const threadId = await ann.createThread();
    await ann.open(threadId);
    await deleteThread(stage.db, await principal(ann), threadId);
    expect(await ann.next('thread.closed')).toEqual({ threadId, reason: 'deleted' });
    const [result] = await ann.send(threadId, 'too late');
    expect(result).toMatchObject({ ok: false, error: { code: 'gone' } });
  });

  it("shows an agent's text and its end", async () => {
    const ann = await stage.connect({ sub: 'ann' });
    const { threadId, runId } = await startRun(ann);
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
