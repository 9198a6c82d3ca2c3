import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Part } from '@holdfast/contracts';
import { cancelRun, commitChunks, findDueRuns, finishRun, releaseRun } from '../src/index.js';
import { fixture, log, say, text, type Fixture } from './fixture.js';
import { abandon, asked, claim, claimed, commit, LEASE, parts } from './run-kit.js';

jest.setTimeout(60_000);

let f: Fixture;
beforeAll(async () => {
  f = await fixture();
});
afterAll(() => f.close());

describe('a run', () => {
  it('streams, ends as a message with all its text, and hands over to the next one', async () => {
    const { threadId, runId } = await asked(f);
    const first = await claim(f, runId);
    if (first.status !== 'claimed') throw new Error(first.status);
    expect(first.run).toMatchObject({ attempt: 1, base: 0, prefix: [], mode: 'answer', cancelRequested: false });
    expect(first.run.agent).toMatchObject({ name: 'guide', provider: 'guide' });
    expect(first.published?.events).toMatchObject([{ type: 'run.started', data: { runId } }]);
    const next = await say(f.db, f.alice, threadId, 'and this?');
    expect(next.runId).not.toBe(runId);
    expect(await claim(f, next.runId ?? '')).toEqual({ status: 'waiting' });

    expect(await commit(f, { run: first.run, off: 0, value: 'Hello ' })).toMatchObject({
      status: 'accepted',
      length: 6,
      cancelRequested: false,
    });
    expect(await commit(f, { run: first.run, off: 6, value: 'wor' })).toMatchObject({ status: 'accepted', length: 9 });
    const end = { runId, attempt: 1, outcome: 'completed' as const, off: 9, parts: parts('ld') };
    const finished = await finishRun(f.db, end);
    if (finished.status !== 'finished') throw new Error(finished.status);
    expect(finished.run).toMatchObject({ length: 11, ringRunId: next.runId });
    expect(await finishRun(f.db, { ...end, outcome: 'failed' })).toEqual({ status: 'ended', outcome: 'completed' });
    expect(await commit(f, { run: first.run, off: 11, value: '!' })).toMatchObject({ status: 'ended', length: 11 });

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
    const second = await claimed(f, next.runId ?? '');
    expect(second.inputSeq).toBe(events.length);
  });

  it('leaves no message when it ends without a word, and says why it failed', async () => {
    const { threadId, runId } = await asked(f);
    await claimed(f, runId);
    const error = { code: 'agent_failed' as const, message: 'The agent broke.', retryable: true };
    await finishRun(f.db, { runId, attempt: 1, outcome: 'failed', error, off: 0, parts: [] });
    const events = await log(f.db, threadId);
    expect(events.at(-1)).toMatchObject({ type: 'run.ended', data: { messageId: null, error, outcome: 'failed' } });
    expect(events.filter(({ type }) => type === 'message.sent')).toHaveLength(1);
  });

  it('is claimed by exactly one of two workers', async () => {
    for (let round = 0; round < 10; round++) {
      const { threadId, runId } = await asked(f);
      const outcomes = await Promise.all([claim(f, runId, { owner: 'a' }), claim(f, runId, { owner: 'b' })]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['claimed', 'leased']);
      const started = (await log(f.db, threadId)).filter(({ type }) => type === 'run.started');
      expect(started).toHaveLength(1);
    }
  });

  it('answers a doorbell for a run that is over, or that never was', async () => {
    const { runId } = await asked(f);
    await cancelRun(f.db, f.alice, runId);
    expect(await claim(f, runId)).toEqual({ status: 'ended', outcome: 'cancelled' });
    expect(await claim(f, randomUUID())).toEqual({ status: 'unknown' });
  });
});

describe('a takeover', () => {
  it('keeps what was seen if the agent can go on, and fences the old worker', async () => {
    const { threadId, runId } = await asked(f);
    const old = await claimed(f, runId);
    await commit(f, { run: old, off: 0, value: 'seen ' });
    expect((await claim(f, runId)).status).toBe('leased');
    await abandon(f, runId);
    const taken = await claimed(f, runId);
    expect(old).toMatchObject({ lostMs: null, hasSpoken: false });
    expect(taken).toMatchObject({
      attempt: 2,
      base: 5,
      prefix: parts('seen '),
      inputSeq: old.inputSeq,
      hasSpoken: true,
    });
    expect(taken.lostMs).toBeGreaterThanOrEqual(LEASE);
    expect(await commit(f, { run: old, off: 5, value: 'stale' })).toMatchObject({ status: 'fenced' });
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
    const { runId } = await asked(f);
    await commit(f, { run: await claimed(f, runId), off: 0, value: 'lost' });
    await abandon(f, runId);
    const taken = await claimed(f, runId, { continues: false });
    expect(taken).toMatchObject({ attempt: 2, base: 0, prefix: [] });
    expect(await commit(f, { run: taken, off: 0, value: 'new' })).toMatchObject({ status: 'accepted', length: 3 });
  });

  it('fails after too many attempts, with the text it has, and lets the next run go', async () => {
    const { threadId, runId } = await asked(f);
    await commit(f, { run: await claimed(f, runId, { maxLostAttempts: 2 }), off: 0, value: 'so far' });
    await abandon(f, runId);
    await claimed(f, runId, { maxLostAttempts: 2 });
    expect((await claim(f, runId, { maxLostAttempts: 2 })).status).toBe('leased');
    const { runId: next } = await say(f.db, f.alice, threadId, 'and then?');
    await abandon(f, runId);
    expect(await claim(f, runId, { maxLostAttempts: 2 })).toMatchObject({
      status: 'exhausted',
      run: { outcome: 'failed', length: 6, ringRunId: next },
    });
    const [message, end] = (await log(f.db, threadId)).slice(-2);
    expect(message).toMatchObject({ type: 'message.sent', data: { body: { parts: parts('so far') } } });
    expect(end).toMatchObject({ type: 'run.ended', data: { outcome: 'failed', error: { code: 'agent_failed' } } });
  });

  it('tells when the next lease ends', async () => {
    const { runId } = await asked(f);
    await claimed(f, runId, { leaseMs: 500 });
    const { nextLeaseEndMs } = await findDueRuns(f.db, 1);
    expect(nextLeaseEndMs).toBeGreaterThan(0);
    expect(nextLeaseEndMs).toBeLessThanOrEqual(500);
  });

  it('goes to another worker at once when a worker gives a run back', async () => {
    const { runId } = await asked(f);
    const run = await claimed(f, runId);
    expect(await releaseRun(f.db, run)).toBe(true);
    expect((await findDueRuns(f.db, 1_000)).runs.find((due) => due.runId === runId)?.reason).toBe('released');
    expect(await claimed(f, runId)).toMatchObject({ attempt: 2, lostMs: null, hasSpoken: false });
  });

  it('refuses what a worker had under way when it gave the run back', async () => {
    const { runId } = await asked(f);
    const run = await claimed(f, runId);
    await commit(f, { run, off: 0, value: 'kept' });
    await releaseRun(f.db, run);
    expect(await commit(f, { run, off: 4, value: ' late' })).toMatchObject({ status: 'fenced', length: 4 });
    expect(await commit(f, { run, off: 4, value: '' })).toMatchObject({ status: 'fenced' });
    expect(await finishRun(f.db, { ...run, outcome: 'completed', off: 4, parts: [] })).toEqual({ status: 'fenced' });
    expect(await releaseRun(f.db, run)).toBe(true);
    expect(await claimed(f, runId)).toMatchObject({ attempt: 2, base: 4, prefix: parts('kept') });
  });

  it('does not count an attempt that was given back as a lost one', async () => {
    const { runId } = await asked(f);
    for (let left = 0; left < 4; left++) await releaseRun(f.db, await claimed(f, runId, { maxLostAttempts: 2 }));
    await claimed(f, runId, { maxLostAttempts: 2 });
    await abandon(f, runId);
    expect(await claimed(f, runId, { maxLostAttempts: 2 })).toMatchObject({ attempt: 6 });
    await abandon(f, runId);
    expect((await claim(f, runId, { maxLostAttempts: 2 })).status).toBe('exhausted');
  });
});

describe('commitChunks', () => {
  it('recognises a chunk whose reply was lost, and refuses a gap', async () => {
    const { runId } = await asked(f);
    const run = await claimed(f, runId);
    await commit(f, { run: run, off: 0, value: 'abc' });
    expect(await commit(f, { run: run, off: 0, value: 'abc' })).toMatchObject({ status: 'already', length: 3 });
    expect(await commit(f, { run: run, off: 7, value: 'x' })).toMatchObject({ status: 'fenced', length: 3 });
    const end = { runId, attempt: 1, outcome: 'completed' as const };
    expect(await finishRun(f.db, { ...end, off: 9, parts: parts('x') })).toEqual({ status: 'fenced' });
    expect((await finishRun(f.db, { ...end, off: 0, parts: parts('abc') })).status).toBe('finished');
  });

  it('commits many runs at once, counts other parts as 1, and renews leases in silence', async () => {
    const [one, two] = await Promise.all([asked(f), asked(f)]);
    const [first, second] = [await claimed(f, one.runId, { leaseMs: 500 }), await claimed(f, two.runId)];
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
    const again = await claim(f, one.runId);
    if (again.status !== 'leased') throw new Error(again.status);
    expect(again.retryAfterMs).toBeGreaterThan(1_000);
  });

  it('passes by a run that somebody holds, without holding up the others', async () => {
    const [held, free] = await Promise.all([asked(f), asked(f)]);
    const [first, second] = [await claimed(f, held.runId), await claimed(f, free.runId)];
    await f.db.transaction(async (tx) => {
      await tx.query({ name: 'hold_run', text: 'select 1 from chat.run where id = $1 for update' }, [held.runId]);
      const outcomes = await commitChunks(
        f.db,
        [first, second].map((run) => ({ ...run, off: 0, parts: parts('x') })),
        LEASE,
      );
      expect(outcomes.map(({ status }) => status)).toEqual(['busy', 'accepted']);
    });
    expect(await commit(f, { run: first, off: 0, value: 'x' })).toMatchObject({ status: 'accepted' });
  });
});
