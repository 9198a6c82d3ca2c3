import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { partsText } from '@holdfast/contracts';
import {
  ThreadOpener,
  addMember,
  cancelRun,
  createThread,
  deleteMessage,
  finishRun,
  followRuns,
  journalGet,
  journalPut,
  loadHistory,
  pollThreads,
  purgeRunChunks,
  releaseRun,
  retryRun,
} from '../src/index.js';
import { fixture, log, say, text, type Fixture } from './fixture.js';
import { abandon, asked, claimed, commit, LEASE, parts } from './run-kit.js';

jest.setTimeout(60_000);

let f: Fixture;
beforeAll(async () => {
  f = await fixture();
});
afterAll(() => f.close());

describe('cancelRun', () => {
  it('ends a queued run itself', async () => {
    const { threadId, runId } = await asked(f);
    const outcome = await cancelRun(f.db, f.alice, runId);
    expect(outcome).toMatchObject({ status: 'cancelled', hint: false, ended: { length: 0, messageId: null } });
    expect((await log(f.db, threadId)).at(-1)).toMatchObject({ type: 'run.ended', data: { outcome: 'cancelled' } });
    expect(await cancelRun(f.db, f.alice, runId)).toEqual({ status: 'cancelled', hint: false });
  });

  it('asks the worker of a running one, which reads it with its next commit', async () => {
    const { threadId, runId } = await asked(f);
    const run = await claimed(f, runId);
    expect(await cancelRun(f.db, f.alice, runId)).toEqual({ status: 'running', hint: true });
    expect(await commit(f, { run: run, off: 0, value: 'half' })).toMatchObject({
      status: 'accepted',
      cancelRequested: true,
    });
    await finishRun(f.db, { ...run, outcome: 'cancelled', off: 4, parts: [] });
    const message = (await log(f.db, threadId)).at(-2);
    expect(message).toMatchObject({ data: { body: text('half'), outcome: 'cancelled' } });
  });

  it('ends an abandoned run itself, with the text that people saw', async () => {
    const { threadId, runId } = await asked(f);
    await commit(f, { run: await claimed(f, runId), off: 0, value: 'seen' });
    const waiting = await say(f.db, f.alice, threadId, 'next');
    await abandon(f, runId);
    const outcome = await cancelRun(f.db, f.alice, runId);
    expect(outcome.ended).toMatchObject({ length: 4, ringRunId: waiting.runId });
    expect((await log(f.db, threadId)).at(-2)).toMatchObject({ data: { body: text('seen'), outcome: 'cancelled' } });
  });

  it('tells the next worker when a cancel came before it', async () => {
    const { runId } = await asked(f);
    await claimed(f, runId);
    await cancelRun(f.db, f.alice, runId);
    await abandon(f, runId);
    expect((await claimed(f, runId)).cancelRequested).toBe(true);
  });

  it('leaves an ended run as it ended', async () => {
    const { runId } = await asked(f);
    const run = await claimed(f, runId);
    await finishRun(f.db, { ...run, outcome: 'completed', off: 0, parts: parts('done') });
    expect(await cancelRun(f.db, f.alice, runId)).toEqual({ status: 'completed', hint: false });
  });
});

describe('retryRun', () => {
  async function failed(words: string): Promise<{ threadId: string; runId: string; inputSeq: number }> {
    const { threadId, runId } = await asked(f);
    const run = await claimed(f, runId);
    await finishRun(f.db, { ...run, outcome: 'failed', off: 0, parts: words === '' ? [] : parts(words) });
    return { threadId, runId, inputSeq: run.inputSeq };
  }

  it('makes one run per command, for the same question', async () => {
    const { threadId, runId, inputSeq } = await failed('');
    const request = { runId, mode: 'regenerate' as const, commandId: randomUUID() };
    const outcomes = await Promise.all([retryRun(f.db, f.alice, request), retryRun(f.db, f.alice, request)]);
    expect(outcomes.map(({ duplicate }) => duplicate).sort()).toEqual([false, true]);
    expect(outcomes[0].runId).toBe(outcomes[1].runId);
    expect(outcomes[0].threadId).toBe(threadId);
    const run = await claimed(f, outcomes[0].runId);
    expect(run).toMatchObject({ attempt: 1, mode: 'regenerate', inputSeq, base: 0 });
    await expect(
      retryRun(f.db, f.alice, { ...request, runId: run.runId, commandId: randomUUID() }),
    ).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('continues from the text that the run left, if the agent can', async () => {
    for (const continues of [true, false]) {
      const { runId } = await failed('so far');
      const retry = await retryRun(f.db, f.alice, { runId, mode: 'continue', commandId: randomUUID() });
      const run = await claimed(f, retry.runId, { continues });
      const base = continues ? 6 : 0;
      expect(run).toMatchObject({ mode: 'continue', base, prefix: base > 0 ? parts('so far') : [] });
      expect(await commit(f, { run: run, off: base, value: '!' })).toMatchObject({
        status: 'accepted',
        length: base + 1,
      });
    }
  });

  it('becomes an ordinary run when a new message joins it', async () => {
    const { threadId, runId } = await failed('so far');
    const retry = await retryRun(f.db, f.alice, { runId, mode: 'continue', commandId: randomUUID() });
    const message = await say(f.db, f.alice, threadId, 'rather this');
    expect(message.runId).toBe(retry.runId);
    expect(await claimed(f, retry.runId)).toMatchObject({ mode: 'answer', base: 0, inputSeq: message.event.seq });
  });
});

describe('following', () => {
  it('gives the tail to who holds the current attempt, and everything to others', async () => {
    const { threadId, runId } = await asked(f);
    const queued = await followRuns(f.db, f.alice, [{ runId, attempt: 0, off: 0 }]);
    expect(queued).toEqual([{ status: 'tail', runId, attempt: 0, off: 0, parts: [] }]);
    const run = await claimed(f, runId);
    for (const [off, value] of [
      [0, 'ab'],
      [2, 'cd'],
      [4, 'ef'],
    ] as const)
      await commit(f, { run: run, off: off, value: value });
    const follows = await followRuns(f.db, f.alice, [
      { runId, attempt: 1, off: 3 },
      { runId, attempt: 1, off: 6 },
      { runId, attempt: 0, off: 0 },
      { runId, attempt: 1, off: 99 },
      { runId: randomUUID(), attempt: 1, off: 0 },
    ]);
    expect(follows).toMatchObject([
      { status: 'tail', off: 3, parts: parts('def') },
      { status: 'tail', off: 6, parts: [] },
      { status: 'snapshot', attempt: 1, off: 0, parts: parts('abcdef') },
      { status: 'snapshot', parts: parts('abcdef') },
      { status: 'denied' },
    ]);
    const [opened] = await new ThreadOpener(f.db).open(f.alice, [{ threadId, afterSeq: 0 }]);
    expect(opened?.resume).toMatchObject({ runs: [{ runId, status: 'running', attempt: 1, parts: parts('abcdef') }] });
    const polled = await pollThreads(f.db, [threadId, randomUUID()]);
    expect(polled.threads).toMatchObject([{ threadId, deleted: false, runs: [{ runId, attempt: 1, length: 6 }] }]);
    await finishRun(f.db, { ...run, outcome: 'completed', off: 6, parts: [] });
    expect(await followRuns(f.db, f.alice, [{ runId, attempt: 1, off: 6 }])).toEqual([
      { status: 'ended', runId, attempt: 1, length: 6, outcome: 'completed' },
    ]);
    expect((await pollThreads(f.db, [threadId])).threads[0]?.runs).toEqual([]);
  });
});

describe('what a run needs', () => {
  it('reads the history in its latest revision, without what was deleted', async () => {
    const { threadId, runId } = await asked(f);
    const gone = await say(f.db, f.alice, threadId, 'gone');
    await deleteMessage(f.db, f.alice, { threadId, messageId: gone.event.id, commandId: randomUUID(), ifRevision: 0 });
    const run = await claimed(f, runId);
    await say(f.db, f.alice, threadId, 'too late');
    const history = await loadHistory(f.db, { threadId, inputSeq: run.inputSeq, limit: 50 });
    expect(history.map((message) => partsText(message.parts))).toEqual(['what is this?']);
    expect(history[0]).toMatchObject({ senderName: 'Alice', senderKind: 'human' });
  });

  it('journals a tool call once, whichever attempt comes second', async () => {
    const { runId } = await asked(f);
    const run = await claimed(f, runId);
    const key = { runId, step: 1, tool: 'system.status', argsHash: 'h' };
    const mine = { ...key, attempt: run.attempt };
    expect(await journalGet(f.db, mine)).toEqual({ status: 'absent', leaseMs: expect.any(Number) });
    expect(await journalPut(f.db, { ...key, attempt: run.attempt }, { ok: 1 })).toEqual({ result: { ok: 1 } });
    expect(await journalPut(f.db, { ...key, attempt: run.attempt }, { ok: 2 })).toEqual({ result: { ok: 1 } });
    expect(await journalGet(f.db, mine)).toEqual({ status: 'recorded', result: { ok: 1 } });
    expect(await journalGet(f.db, { ...mine, argsHash: 'other' })).toMatchObject({ status: 'absent' });
    // A worker that thaws must not call a tool that its successor calls.
    await abandon(f, runId);
    await claimed(f, runId);
    await expect(journalGet(f.db, { ...mine, argsHash: 'other' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(journalPut(f.db, { ...key, step: 2, attempt: 7 }, {})).rejects.toMatchObject({ code: 'conflict' });
  });

  it('tells how long a call is for its owner alone to make, and lets nobody make one for a run given back', async () => {
    const { runId } = await asked(f);
    const { attempt } = await claimed(f, runId);
    const call = { runId, attempt, step: 0, tool: 'system.status', argsHash: 'h' };
    const entry = await journalGet(f.db, call);
    if (entry.status === 'recorded') throw new Error('nobody has called');
    expect(entry.leaseMs).toBeGreaterThan(LEASE / 2);
    expect(entry.leaseMs).toBeLessThan(LEASE);
    await abandon(f, runId);
    expect(await journalGet(f.db, call)).toEqual({ status: 'absent', leaseMs: 0 });
    await releaseRun(f.db, { runId, attempt });
    await expect(journalGet(f.db, call)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('drops the chunks of ended runs and keeps their messages', async () => {
    const { threadId, runId } = await asked(f);
    const run = await claimed(f, runId);
    await commit(f, { run: run, off: 0, value: 'kept' });
    await finishRun(f.db, { ...run, outcome: 'completed', off: 4, parts: [] });
    const chunks = { name: 'chunk_count', text: 'select off from chat.run_chunk where run_id = $1' };
    expect(await f.db.query(chunks, [runId])).toHaveLength(1);
    await purgeRunChunks(f.db, { olderThanMs: 0, limit: 1_000 });
    expect(await f.db.query(chunks, [runId])).toHaveLength(0);
    expect((await log(f.db, threadId)).at(-2)).toMatchObject({ data: { body: text('kept') } });
  });

  it('refuses strangers everything', async () => {
    const { threadId, runId } = await asked(f);
    for (const stranger of [f.bob, f.mallory]) {
      await expect(cancelRun(f.db, stranger, runId)).rejects.toMatchObject({ code: 'not_found' });
      const retry = { runId, mode: 'regenerate' as const, commandId: randomUUID() };
      await expect(retryRun(f.db, stranger, retry)).rejects.toMatchObject({ code: 'not_found' });
      expect(await followRuns(f.db, stranger, [{ runId, attempt: 0, off: 0 }])).toEqual([{ status: 'denied', runId }]);
    }
    await addMember(f.db, f.alice, { threadId, userId: f.bob.userId });
    expect((await cancelRun(f.db, f.bob, runId)).status).toBe('cancelled');
  });

  it('never offers an agent of another tenant', async () => {
    const { agent } = await claimed(f, (await asked(f)).runId);
    const input = { threadId: randomUUID(), title: 'x', agentId: agent.id };
    await expect(createThread(f.db, f.mallory, input)).rejects.toMatchObject({ code: 'not_found' });
  });
});
