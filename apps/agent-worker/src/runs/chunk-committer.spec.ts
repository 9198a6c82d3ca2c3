import { afterEach, describe, expect, it } from '@jest/globals';
import { AppError, joinParts, type Part } from '@holdfast/contracts';
import { eventually } from '@holdfast/testing';
import { FakeStore, RecordingFanOut, silentLogger } from '../../test/fakes.js';
import { ChunkCommitter, type CommitterOptions } from './chunk-committer.js';
import { LiveRun } from './live-run.js';

const text = (value: string): Part => ({ type: 'text', text: value });
const started: (() => void)[] = [];

afterEach(() => {
  for (const stop of started.splice(0)) stop();
});

function setup(options: Partial<CommitterOptions> = {}) {
  const store = new FakeStore();
  const fanOut = new RecordingFanOut();
  const settings = { commitMs: 5, leaseMs: 300, holdMs: 2_000, ...options };
  const committer = new ChunkCommitter(store, fanOut, silentLogger, settings);
  const start = (runId: string, more = {}): LiveRun => {
    const run = new LiveRun(store.claimOf(runId, more));
    committer.add(run);
    started.push(() => {
      committer.remove(run);
    });
    return run;
  };
  const shown = (): string =>
    fanOut
      .all('run.chunk')
      .flatMap(({ parts }) => parts)
      .map((part) => (part.type === 'text' ? part.text : '#'))
      .join('');
  return { store, fanOut, committer, start, shown };
}

describe('ChunkCommitter', () => {
  it('commits all runs together, and shows only what is committed', async () => {
    const { store, fanOut, start } = setup();
    fanOut.onTold = (_, payload) => {
      const { runId, off, parts } = payload as { runId: string; off: number; parts: Part[] };
      const committed = store.runs.get(runId)?.parts ?? [];
      expect(JSON.stringify(committed)).toContain((parts[0] as { text: string }).text);
      expect(off).toBe(0);
    };
    const runs = ['a', 'b', 'c'].map((id) => start(id));
    for (const run of runs) await run.output.write([text(`of ${run.claim.runId}`)], run.signal);
    await Promise.all(runs.map((run) => run.output.drained(run.signal)));
    expect(store.commits.map((rows) => rows.map(({ runId }) => runId))).toEqual([['a', 'b', 'c']]);
    expect(fanOut.all('run.chunk')).toHaveLength(3);
  });

  it('recognises a write whose reply was lost, and shows it once', async () => {
    const { store, start, shown } = setup();
    const run = start('a');
    let losses = 2;
    store.after = () => {
      if (losses-- > 0) throw new AppError('unavailable', 'the reply was lost');
    };
    await run.output.write([text('one ')], run.signal);
    await run.output.drained(run.signal);
    await run.output.write([text('two')], run.signal);
    await run.output.drained(run.signal);
    expect(store.runs.get('a')?.parts).toEqual([text('one two')]);
    expect(shown()).toBe('one two');
  });

  it('ends a fenced run without a word', async () => {
    const { store, start, shown } = setup();
    const run = start('a');
    store.claimOf('a');
    await run.output.write([text('stale')], run.signal);
    await eventually(() => run.stopped === 'lost');
    expect(shown()).toBe('');
    expect(store.runs.get('a')?.parts).toEqual([]);
  });

  it('renews leases of silent runs, at a third of the lease', async () => {
    const { store, start } = setup({ leaseMs: 60 });
    const run = start('a');
    const before = run.renewedAt;
    await eventually(() => store.commits.length >= 3);
    expect(run.renewedAt).toBeGreaterThan(before + 50);
    expect(store.commits.flat().every(({ parts }) => parts.length === 0)).toBe(true);
  });

  it('reads the cancel flag, and a hint makes it look at once', async () => {
    const { store, start, committer } = setup({ leaseMs: 60_000 });
    const run = start('a');
    const row = store.runs.get('a');
    if (row !== undefined) row.cancelRequested = true;
    committer.hurry('a');
    committer.hurry('unknown');
    await eventually(() => run.stopped === 'cancelled', { timeoutMs: 500 });
  });

  it('shows nothing while Postgres is away, holds the agent back, and goes on afterwards', async () => {
    const { store, start, shown } = setup();
    const run = start('a');
    let away = true;
    let refused = 0;
    store.before = () => {
      if (!away) return;
      refused += 1;
      throw new AppError('unavailable', 'away');
    };
    const long = 'x'.repeat(20_000);
    await run.output.write([text(long)], run.signal);
    let room = false;
    const writing = run.output.write([text('end')], run.signal).then(() => (room = true));
    await eventually(() => refused >= 3);
    expect(shown()).toBe('');
    expect(room).toBe(false);
    away = false;
    await writing;
    await run.output.drained(run.signal);
    expect(shown()).toBe(`${long}end`);
    expect(run.stopped).toBeUndefined();
  });

  it('gives a run up after a long outage', async () => {
    const { store, start } = setup({ holdMs: 60 });
    const run = start('a');
    store.before = () => {
      throw new AppError('unavailable', 'away');
    };
    await run.output.write([text('x')], run.signal);
    await eventually(() => run.stopped === 'lost', { timeoutMs: 1_000 });
  });

  it('has one commit in flight at a time', async () => {
    const { store, start } = setup();
    let inFlight = 0;
    let most = 0;
    store.before = async () => {
      most = Math.max(most, ++inFlight);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inFlight -= 1;
    };
    const run = start('a');
    let parts: Part[] = [];
    for (const piece of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await run.output.write([text(piece)], run.signal);
      parts = joinParts(parts, [text(piece)]);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await run.output.drained(run.signal);
    expect(most).toBe(1);
    expect(store.runs.get('a')?.parts).toEqual(parts);
  });
});
