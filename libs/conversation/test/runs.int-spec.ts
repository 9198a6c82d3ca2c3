import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { partsText, type Part } from '@holdfast/contracts';
import {
  addMember,
  cancelRun,
  claimRun,
  commitChunks,
  createThread,
  deleteMessage,
  findDueRuns,
  finishRun,
  followRuns,
  journalGet,
  journalPut,
  loadHistory,
  pollThreads,
  purgeRunChunks,
  releaseRun,
  retryRun,
  ThreadOpener,
  type ClaimedRun,
} from '../src/index.js';
import { fixture, log, say, text, thread, type Fixture } from './fixture.js';

let f: Fixture;
beforeAll(async () => {
  f = await fixture();
});
afterAll(() => f.close());

const LEASE = 60_000;
const parts = (value: string): Part[] => text(value).parts;

/** A thread with a question, and the run that waits to answer it. */
async function asked(): Promise<{ threadId: string; runId: string }> {
  const threadId = await thread(f.db, f.alice, { agent: true });
  const { runId } = await say(f.db, f.alice, threadId, 'what is this?');
  if (runId === undefined) throw new Error('nobody was asked');
  return { threadId, runId };
}

function claim(runId: string, options: { leaseMs?: number; continues?: boolean; owner?: string } = {}) {
  const { leaseMs = LEASE, continues = true, owner = 'worker' } = options;
  return claimRun(f.db, { runId, owner, leaseMs, canContinue: () => continues });
}

async function claimed(runId: string, options: Parameters<typeof claim>[1] = {}): Promise<ClaimedRun> {
  const outcome = await claim(runId, options);
  if (outcome.status !== 'claimed') throw new Error(outcome.status);
  return outcome.run;
}

async function commit(run: { runId: string; attempt: number }, off: number, value: string) {
  const [outcome] = await commitChunks(f.db, [{ ...run, off, parts: value === '' ? [] : parts(value) }], LEASE);
  return outcome;
}

/** Lets a lease run out at once, as if its worker had died. */
async function abandon(runId: string): Promise<void> {
  await f.db.query({ name: 'abandon', text: 'update chat.run set lease_until = clock_timestamp() where id = $1' }, [
    runId,
  ]);
}

describe('a run', () => {
  it('streams, ends as a message with all its text, and hands over to the next one', async () => {
    const { threadId, runId } = await asked();
    const first = await claim(runId);
    if (first.status !== 'claimed') throw new Error(first.status);
    expect(first.run).toMatchObject({ attempt: 1, base: 0, prefix: [], mode: 'answer', cancelRequested: false });
    expect(first.run.agent).toMatchObject({ name: 'guide', provider: 'guide' });
    expect(first.published?.events).toMatchObject([{ type: 'run.started', data: { runId } }]);
    const next = await say(f.db, f.alice, threadId, 'and this?');
    expect(next.runId).not.toBe(runId);
    expect(await claim(next.runId ?? '')).toEqual({ status: 'waiting' });

    expect(await commit(first.run, 0, 'Hello ')).toMatchObject({
      status: 'accepted',
      length: 6,
      cancelRequested: false,
    });
    expect(await commit(first.run, 6, 'wor')).toMatchObject({ status: 'accepted', length: 9 });
    const end = { runId, attempt: 1, outcome: 'completed' as const, off: 9, parts: parts('ld') };
    const finished = await finishRun(f.db, end);
    if (finished.status !== 'finished') throw new Error(finished.status);
    expect(finished.run).toMatchObject({ length: 11, ringRunId: next.runId });
    expect(await finishRun(f.db, { ...end, outcome: 'failed' })).toEqual({ status: 'ended', outcome: 'completed' });
    expect(await commit(first.run, 11, '!')).toMatchObject({ status: 'ended', length: 11 });

    const events = await log(f.db, threadId);
    const [message, ended] = events.slice(-2);
    expect(message).toMatchObject({
      id: finished.run.messageId,
      senderId: first.run.agent.id,
      type: 'message.sent',
      data: { body: text('Hello world'), runId, outcome: 'completed', clientMessageId: null },
    });
    expect(ended).toMatchObject({ type: 'run.ended', data: { outcome: 'completed', length: 11, error: null } });
    expect(finished.run.published.events).toEqual([message, ended]);
    const second = await claimed(next.runId ?? '');
    expect(second.inputSeq).toBe(events.length);
  });

  it('leaves no message when it ends without a word, and says why it failed', async () => {
    const { threadId, runId } = await asked();
    await claimed(runId);
    const error = { code: 'agent_failed' as const, message: 'The agent broke.', retryable: true };
    await finishRun(f.db, { runId, attempt: 1, outcome: 'failed', error, off: 0, parts: [] });
    const events = await log(f.db, threadId);
    expect(events.at(-1)).toMatchObject({ type: 'run.ended', data: { messageId: null, error, outcome: 'failed' } });
    expect(events.filter(({ type }) => type === 'message.sent')).toHaveLength(1);
  });

  it('is claimed by exactly one of two workers', async () => {
    for (let round = 0; round < 10; round++) {
      const { threadId, runId } = await asked();
      const outcomes = await Promise.all([claim(runId, { owner: 'a' }), claim(runId, { owner: 'b' })]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['claimed', 'leased']);
      const started = (await log(f.db, threadId)).filter(({ type }) => type === 'run.started');
      expect(started).toHaveLength(1);
    }
  });

  it('answers a doorbell for a run that is over, or that never was', async () => {
    const { runId } = await asked();
    await cancelRun(f.db, f.alice, runId);
    expect(await claim(runId)).toEqual({ status: 'ended', outcome: 'cancelled' });
    expect(await claim(randomUUID())).toEqual({ status: 'unknown' });
  });
});

describe('a takeover', () => {
  it('keeps what was seen if the agent can go on, and fences the old worker', async () => {
    const { threadId, runId } = await asked();
    const old = await claimed(runId);
    await commit(old, 0, 'seen ');
    expect((await claim(runId)).status).toBe('leased');
    await abandon(runId);
    const taken = await claimed(runId);
    expect(taken).toMatchObject({ attempt: 2, base: 5, prefix: parts('seen '), inputSeq: old.inputSeq });
    expect(await commit(old, 5, 'stale')).toMatchObject({ status: 'fenced' });
    expect(await finishRun(f.db, { ...old, outcome: 'completed', off: 5, parts: parts('stale') })).toEqual({
      status: 'fenced',
    });
    expect(await releaseRun(f.db, old)).toBe(false);
    await finishRun(f.db, { ...taken, outcome: 'completed', off: 5, parts: parts('and kept') });
    const message = (await log(f.db, threadId)).at(-2);
    expect(message).toMatchObject({ type: 'message.sent', data: { body: text('seen and kept') } });
    const started = (await log(f.db, threadId)).filter(({ type }) => type === 'run.started');
    expect(started).toHaveLength(1);
  });

  it('starts from nothing if the agent cannot go on', async () => {
    const { runId } = await asked();
    await commit(await claimed(runId), 0, 'lost');
    await abandon(runId);
    const taken = await claimed(runId, { continues: false });
    expect(taken).toMatchObject({ attempt: 2, base: 0, prefix: [] });
    expect(await commit(taken, 0, 'new')).toMatchObject({ status: 'accepted', length: 3 });
  });

  it('goes to another worker at once when a worker gives a run back', async () => {
    const { runId } = await asked();
    const run = await claimed(runId);
    expect(await releaseRun(f.db, run)).toBe(true);
    expect((await findDueRuns(f.db, 1_000)).find((due) => due.runId === runId)?.reason).toBe('abandoned');
    expect((await claimed(runId)).attempt).toBe(2);
  });
});

describe('commitChunks', () => {
  it('recognises a chunk whose reply was lost, and refuses a gap', async () => {
    const { runId } = await asked();
    const run = await claimed(runId);
    await commit(run, 0, 'abc');
    expect(await commit(run, 0, 'abc')).toMatchObject({ status: 'already', length: 3 });
    expect(await commit(run, 7, 'x')).toMatchObject({ status: 'fenced', length: 3 });
    const end = { runId, attempt: 1, outcome: 'completed' as const };
    expect(await finishRun(f.db, { ...end, off: 9, parts: parts('x') })).toEqual({ status: 'fenced' });
    expect((await finishRun(f.db, { ...end, off: 0, parts: parts('abc') })).status).toBe('finished');
  });

  it('commits many runs at once, counts other parts as 1, and renews leases in silence', async () => {
    const [one, two] = await Promise.all([asked(), asked()]);
    const [first, second] = [await claimed(one.runId, { leaseMs: 500 }), await claimed(two.runId)];
    const card: Part = { type: 'tool_call', callId: 'c', tool: 'system.status', args: {} };
    const outcomes = await commitChunks(
      f.db,
      [
        { ...second, off: 0, parts: [...parts('ab'), card] },
        { ...first, off: 0, parts: [] },
      ],
      LEASE,
    );
    expect(outcomes).toMatchObject([
      { runId: two.runId, status: 'accepted', length: 3 },
      { runId: one.runId, status: 'accepted', length: 0 },
    ]);
    const again = await claim(one.runId);
    if (again.status !== 'leased') throw new Error(again.status);
    expect(again.retryAfterMs).toBeGreaterThan(1_000);
  });

  it('passes by a run that somebody holds, without holding up the others', async () => {
    const [held, free] = await Promise.all([asked(), asked()]);
    const [first, second] = [await claimed(held.runId), await claimed(free.runId)];
    await f.db.transaction(async (tx) => {
      await tx.query({ name: 'hold_run', text: 'select 1 from chat.run where id = $1 for update' }, [held.runId]);
      const outcomes = await commitChunks(
        f.db,
        [first, second].map((run) => ({ ...run, off: 0, parts: parts('x') })),
        LEASE,
      );
      expect(outcomes.map(({ status }) => status)).toEqual(['busy', 'accepted']);
    });
    expect(await commit(first, 0, 'x')).toMatchObject({ status: 'accepted' });
  });
});

describe('cancelRun', () => {
  it('ends a queued run itself', async () => {
    const { threadId, runId } = await asked();
    const outcome = await cancelRun(f.db, f.alice, runId);
    expect(outcome).toMatchObject({ status: 'cancelled', hint: false, ended: { length: 0, messageId: null } });
    expect((await log(f.db, threadId)).at(-1)).toMatchObject({ type: 'run.ended', data: { outcome: 'cancelled' } });
    expect(await cancelRun(f.db, f.alice, runId)).toEqual({ status: 'cancelled', hint: false });
  });

  it('asks the worker of a running one, which reads it with its next commit', async () => {
    const { threadId, runId } = await asked();
    const run = await claimed(runId);
    expect(await cancelRun(f.db, f.alice, runId)).toEqual({ status: 'running', hint: true });
    expect(await commit(run, 0, 'half')).toMatchObject({ status: 'accepted', cancelRequested: true });
    await finishRun(f.db, { ...run, outcome: 'cancelled', off: 4, parts: [] });
    const message = (await log(f.db, threadId)).at(-2);
    expect(message).toMatchObject({ data: { body: text('half'), outcome: 'cancelled' } });
  });

  it('ends an abandoned run itself, with the text that people saw', async () => {
    const { threadId, runId } = await asked();
    await commit(await claimed(runId), 0, 'seen');
    const waiting = await say(f.db, f.alice, threadId, 'next');
    await abandon(runId);
    const outcome = await cancelRun(f.db, f.alice, runId);
    expect(outcome.ended).toMatchObject({ length: 4, ringRunId: waiting.runId });
    expect((await log(f.db, threadId)).at(-2)).toMatchObject({ data: { body: text('seen'), outcome: 'cancelled' } });
  });

  it('tells the next worker when a cancel came before it', async () => {
    const { runId } = await asked();
    await claimed(runId);
    await cancelRun(f.db, f.alice, runId);
    await abandon(runId);
    expect((await claimed(runId)).cancelRequested).toBe(true);
  });

  it('leaves an ended run as it ended', async () => {
    const { runId } = await asked();
    const run = await claimed(runId);
    await finishRun(f.db, { ...run, outcome: 'completed', off: 0, parts: parts('done') });
    expect(await cancelRun(f.db, f.alice, runId)).toEqual({ status: 'completed', hint: false });
  });
});

describe('retryRun', () => {
  async function failed(words: string): Promise<{ threadId: string; runId: string; inputSeq: number }> {
    const { threadId, runId } = await asked();
    const run = await claimed(runId);
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
    const run = await claimed(outcomes[0].runId);
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
      const run = await claimed(retry.runId, { continues });
      const base = continues ? 6 : 0;
      expect(run).toMatchObject({ mode: 'continue', base, prefix: base > 0 ? parts('so far') : [] });
      expect(await commit(run, base, '!')).toMatchObject({ status: 'accepted', length: base + 1 });
    }
  });

  it('becomes an ordinary run when a new message joins it', async () => {
    const { threadId, runId } = await failed('so far');
    const retry = await retryRun(f.db, f.alice, { runId, mode: 'continue', commandId: randomUUID() });
    const message = await say(f.db, f.alice, threadId, 'rather this');
    expect(message.runId).toBe(retry.runId);
    expect(await claimed(retry.runId)).toMatchObject({ mode: 'answer', base: 0, inputSeq: message.event.seq });
  });
});

describe('following', () => {
  it('gives the tail to who holds the current attempt, and everything to others', async () => {
    const { threadId, runId } = await asked();
    const queued = await followRuns(f.db, f.alice, [{ runId, attempt: 0, off: 0 }]);
    expect(queued).toEqual([{ status: 'tail', runId, attempt: 0, off: 0, parts: [] }]);
    const run = await claimed(runId);
    for (const [off, value] of [
      [0, 'ab'],
      [2, 'cd'],
      [4, 'ef'],
    ] as const)
      await commit(run, off, value);
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
    const { threadId, runId } = await asked();
    const gone = await say(f.db, f.alice, threadId, 'gone');
    await deleteMessage(f.db, f.alice, { threadId, messageId: gone.event.id, commandId: randomUUID(), ifRevision: 0 });
    const run = await claimed(runId);
    await say(f.db, f.alice, threadId, 'too late');
    const history = await loadHistory(f.db, { threadId, inputSeq: run.inputSeq, limit: 50 });
    expect(history.map((message) => partsText(message.parts))).toEqual(['what is this?']);
    expect(history[0]).toMatchObject({ senderName: 'Alice', senderKind: 'human' });
  });

  it('journals a tool call once, whichever attempt comes second', async () => {
    const { runId } = await asked();
    const run = await claimed(runId);
    const key = { runId, step: 1, tool: 'system.status', argsHash: 'h' };
    expect(await journalGet(f.db, key)).toBeUndefined();
    expect(await journalPut(f.db, { ...key, attempt: run.attempt }, { ok: 1 })).toEqual({ result: { ok: 1 } });
    expect(await journalPut(f.db, { ...key, attempt: run.attempt }, { ok: 2 })).toEqual({ result: { ok: 1 } });
    expect(await journalGet(f.db, { ...key, argsHash: 'other' })).toBeUndefined();
    await expect(journalPut(f.db, { ...key, step: 2, attempt: 7 }, {})).rejects.toMatchObject({ code: 'conflict' });
  });

  it('drops the chunks of ended runs and keeps their messages', async () => {
    const { threadId, runId } = await asked();
    const run = await claimed(runId);
    await commit(run, 0, 'kept');
    await finishRun(f.db, { ...run, outcome: 'completed', off: 4, parts: [] });
    const chunks = { name: 'chunk_count', text: 'select off from chat.run_chunk where run_id = $1' };
    expect(await f.db.query(chunks, [runId])).toHaveLength(1);
    await purgeRunChunks(f.db, { olderThanMs: 0, limit: 1_000 });
    expect(await f.db.query(chunks, [runId])).toHaveLength(0);
    expect((await log(f.db, threadId)).at(-2)).toMatchObject({ data: { body: text('kept') } });
  });

  it('refuses strangers everything', async () => {
    const { threadId, runId } = await asked();
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
    const { agent } = await claimed((await asked()).runId);
    const input = { threadId: randomUUID(), title: 'x', agentId: agent.id };
    await expect(createThread(f.db, f.mallory, input)).rejects.toMatchObject({ code: 'not_found' });
  });
});
