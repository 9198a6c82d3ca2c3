import { describe, expect, it } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { FakeStore, silentLogger } from '../../test/fakes.js';
import type { LiveRun } from './live-run.js';
import { Reachability } from './reachability.js';
import { RunDispatcher } from './run-dispatcher.js';

function setup(concurrency: number) {
  const executing = new Map<string, { run: LiveRun; end: (next?: string) => void }>();
  const rung: string[] = [];
  const execute = (run: LiveRun): Promise<string | undefined> =>
    new Promise((resolve) => {
      const end = (next?: string): void => {
        executing.delete(run.claim.runId);
        resolve(next);
      };
      executing.set(run.claim.runId, { run, end });
      run.signal.addEventListener('abort', () => {
        end(run.claim.runId);
      });
    });
  const store = new FakeStore();
  const reachability = new Reachability(1_000);
  const ringOthers = (runId: string): void => void rung.push(runId);
  const parts = { store, executor: { execute, tellEnd: () => Promise.resolve(undefined) }, reachability, ringOthers };
  return { dispatcher: new RunDispatcher(parts, concurrency, silentLogger), store, executing, rung };
}

describe('RunDispatcher', () => {
  it('takes as many runs as there are slots, whoever asks', async () => {
    const { dispatcher, executing, rung } = setup(2);
    const full: boolean[] = [];
    dispatcher.onCapacity((value) => full.push(value));
    await Promise.all(['a', 'b', 'c', 'a'].map((runId) => dispatcher.offer(runId)));
    expect([...executing.keys()]).toEqual(['a', 'b']);
    expect(rung).toEqual(['c']);
    expect(dispatcher.free).toBe(0);
    executing.get('a')?.end();
    await eventually(() => dispatcher.free === 1);
    expect(full).toEqual([true, false]);
  });

  it('gives the slot back when there is nothing to do, and when Postgres is away', async () => {
    const { dispatcher, store } = setup(1);
    store.claimOf('taken');
    await dispatcher.offer('taken');
    store.claim = () => Promise.reject(new Error('away'));
    await expect(dispatcher.offer('x')).rejects.toThrow('away');
    expect(dispatcher.free).toBe(1);
  });

  it('goes on with the run that waits next', async () => {
    const { dispatcher, executing } = setup(1);
    await dispatcher.offer('a');
    executing.get('a')?.end('b');
    await eventually(() => executing.has('b'));
  });

  it('drains: takes nothing new, waits, then releases and rings others', async () => {
    const { dispatcher, executing, rung } = setup(3);
    await dispatcher.offer('a');
    await dispatcher.offer('b');
    const late = new AbortController();
    const drained = dispatcher.drain(late.signal);
    await dispatcher.offer('c');
    expect([...executing.keys()]).toEqual(['a', 'b']);
    executing.get('a')?.end('next');
    await eventually(() => rung.includes('next'));
    late.abort();
    expect(await drained).toEqual({ ended: 1, released: 1, stuck: 0 });
    expect(rung).toEqual(['c', 'next', 'b']);
  });

  it('drains at once when nothing runs', async () => {
    await setup(1).dispatcher.drain(new AbortController().signal);
  });
});
