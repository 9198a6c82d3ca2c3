import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AppError } from '@holdfast/contracts';
import { FakeStore } from '../../test/fakes.js';
import { LiveRun } from '../runs/live-run.js';
import type { Recalled } from '../runs/run-store.port.js';
import type { Json } from './journal.port.js';
import { RunJournal } from './run.journal.js';

const KEY = { step: 0, name: 'pay', args: { amount: 1 } };

describe('RunJournal', () => {
  let store: FakeStore;
  let run: LiveRun;
  let calls: number;
  /** What the monotonic clock shows, in ms. */
  let now: number;

  beforeEach(() => {
    now = 1_000;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    store = new FakeStore();
    run = new LiveRun(store.claimOf('r'));
    calls = 0;
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  /** Lets an agent make one step. */
  function step(): Promise<Json> {
    return new RunJournal(store, run).once(KEY, () => {
      calls += 1;
      return Promise.resolve({ ok: calls });
    });
  }

  /** Postgres answers in turn as told; a function may throw, or let time pass before the answer is read. */
  function answers(...script: (() => Recalled)[]): void {
    jest.spyOn(store, 'recall').mockImplementation(() => {
      const next = script.shift();
      if (next === undefined) throw new Error('asked too often');
      return Promise.resolve().then(next);
    });
  }

  it('makes a step once, whatever the order of its arguments', async () => {
    expect(await step()).toEqual({ ok: 1 });
    expect(await step()).toEqual({ ok: 1 });
    expect(calls).toBe(1);
  });

  it('begins nothing if the run was given back while the journal was asked', async () => {
    answers(() => {
      run.stop('released');
      return { status: 'absent', leaseMs: 600 };
    });
    await expect(step()).rejects.toMatchObject({ reason: 'released' });
    expect(calls).toBe(0);
  });

  it('begins nothing on an answer that is older than the lease: a stopped process may read it late', async () => {
    answers(
      () => {
        now += 600;
        return { status: 'absent', leaseMs: 600 };
      },
      () => {
        throw new AppError('conflict', 'A newer attempt owns the run.');
      },
    );
    await expect(step()).rejects.toMatchObject({ code: 'conflict' });
    expect(calls).toBe(0);
  });

  it('waits for the renewal of a lease that has ended', async () => {
    answers(
      () => ({ status: 'absent', leaseMs: 0 }),
      () => {
        now += 599;
        return { status: 'absent', leaseMs: 600 };
      },
    );
    expect(await step()).toEqual({ ok: 1 });
    expect(calls).toBe(1);
  });
});
