import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { partsLength, type LiveRun, type RunFollow } from '@holdfast/contracts';
import { followRuns, RunFollower, ThreadOpener } from '../src/index.js';
import { fixture, type Fixture } from './fixture.js';
import { asked, claimed, commit } from './run-kit.js';

jest.setTimeout(60_000);

const KIB = 1_024;
const CLIENT = 1_024 * KIB;
const BATCH = 16 * CLIENT;
const CHUNK = 128 * KIB;

let f: Fixture;
beforeAll(async () => {
  f = await fixture();
});
afterAll(() => f.close());

/** A run that streams, with this much text in it. */
async function running(length: number): Promise<{ threadId: string; runId: string; length: number }> {
  const { threadId, runId } = await asked(f);
  const run = await claimed(f, runId);
  for (let off = 0; off < length; off += CHUNK) {
    await commit(f, { run, off, value: 'x'.repeat(Math.min(CHUNK, length - off)) });
  }
  return { threadId, runId, length };
}

/** What a reader is given of several runs at once, in offset units. */
function given(answers: readonly (RunFollow | LiveRun)[]): number {
  return answers.reduce((sum, answer) => sum + ('parts' in answer ? partsLength(answer.parts) : 0), 0);
}

describe('what is read of runs at once', () => {
  it('is bounded for a client, which gets the rest by asking again', async () => {
    const runs = [];
    for (let i = 0; i < 6; i++) runs.push(await running(512 * KIB));
    const cursors = runs.map(({ runId }) => ({ runId, attempt: 0, off: 0 }));
    const answers = await followRuns(f.db, f.alice, cursors);
    expect(answers.map(({ status }) => status)).toEqual(['snapshot', 'snapshot', ...Array<string>(4).fill('pending')]);
    expect(given(answers)).toBe(CLIENT);
    for (const { runId, length } of runs) {
      const [answer] = await followRuns(f.db, f.alice, [{ runId, attempt: 1, off: length - 1 }]);
      expect(answer).toMatchObject({ status: 'tail', parts: [{ type: 'text', text: 'x' }] });
    }
    // Little is read of a run that its client has nearly all of, however long it is.
    const tails = await followRuns(
      f.db,
      f.alice,
      runs.map(({ runId, length }) => ({ runId, attempt: 1, off: length - 1 })),
    );
    expect(tails.every(({ status }) => status === 'tail')).toBe(true);
  });

  it('is bounded when a thread is opened: a run stands at its length, and can be followed', async () => {
    const runs = [];
    for (let i = 0; i < 6; i++) runs.push(await running(512 * KIB));
    const opened = await new ThreadOpener(f.db).open(
      f.alice,
      runs.map(({ threadId }) => ({ threadId, afterSeq: 0 })),
    );
    const live = opened.flatMap(({ resume }) => ('runs' in resume ? resume.runs : []));
    expect(live.map(({ off, parts }) => [off, partsLength(parts)])).toEqual([
      ...Array<number[]>(2).fill([0, 512 * KIB]),
      ...Array<number[]>(4).fill([512 * KIB, 0]),
    ]);
  });

  it('is bounded for a crowd of clients, all of whom get everything in the end', async () => {
    const { threadId, runId, length } = await running(8 * CLIENT);
    const follower = new RunFollower(f.db);
    const opener = new ThreadOpener(f.db);
    let waiting = 20;
    let rounds = 0;
    while (waiting > 0) {
      const crowd = Array.from({ length: waiting }, () => follower.follow(f.alice, [{ runId, attempt: 0, off: 0 }]));
      const answers = (await Promise.all(crowd)).flat();
      const served = answers.filter(({ status }) => status === 'snapshot');
      expect(served.length).toBeGreaterThan(0);
      // A lone request may have gone ahead of the crowd, and the last one of each batch may go beyond.
      expect(given(answers)).toBeLessThanOrEqual(2 * BATCH + 2 * length);
      expect(answers.length - served.length).toBe(answers.filter(({ status }) => status === 'pending').length);
      waiting -= served.length;
      rounds += 1;
    }
    expect(rounds).toBeGreaterThan(1);
    // Whoever opens the thread shares one read.
    const opened = await Promise.all(
      Array.from({ length: 20 }, () => opener.open(f.alice, [{ threadId, afterSeq: 0 }])),
    );
    for (const [one] of opened) expect(one?.resume).toMatchObject({ runs: [{ runId, off: 0 }] });
  });

  it('answers a cursor beyond all numbers that are stored, and whoever asks at the same time', async () => {
    const { runId } = await running(10);
    const follower = new RunFollower(f.db);
    const beyond = [
      { runId, attempt: 2 ** 31, off: 0 },
      { runId, attempt: 1, off: 2 ** 31 },
      { runId, attempt: Number.MAX_SAFE_INTEGER, off: Number.MAX_SAFE_INTEGER },
    ];
    const [strange, honest] = await Promise.all([
      follower.follow(f.alice, beyond),
      follower.follow(f.alice, [{ runId, attempt: 1, off: 4 }]),
    ]);
    const whole = { status: 'snapshot', runId, attempt: 1, off: 0, parts: [{ type: 'text', text: 'x'.repeat(10) }] };
    expect(strange).toEqual([whole, whole, whole]);
    expect(honest).toEqual([{ status: 'tail', runId, attempt: 1, off: 4, parts: [{ type: 'text', text: 'xxxxxx' }] }]);
  });
});
