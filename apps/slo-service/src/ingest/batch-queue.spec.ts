import { describe, expect, it } from '@jest/globals';
import { AppError } from '@holdfast/contracts';
import { eventually } from '@holdfast/testing';
import { BatchQueue, type BatchOptions } from './batch-queue.js';

interface Item {
  readonly key: string;
  readonly weight: number;
}

/** Work that goes on until it is told how it ends. */
class Work {
  readonly batches: Item[][] = [];
  private readonly ends: (() => void)[] = [];
  private isOpen = false;

  readonly run = async (items: readonly Item[]): Promise<string[]> => {
    this.batches.push([...items]);
    if (!this.isOpen) await new Promise<void>((resolve) => this.ends.push(resolve));
    const bad = items.find(({ key }) => key.startsWith('bad'));
    if (bad !== undefined) throw new AppError('invalid', bad.key);
    if (items.some(({ key }) => key.startsWith('away'))) throw new AppError('unavailable', 'away');
    return items.map(({ key }) => `done ${key}`);
  };

  end(): void {
    for (const end of this.ends.splice(0)) end();
  }

  open(): void {
    this.isOpen = true;
    this.end();
  }
}

describe('BatchQueue', () => {
  function queueOf(changes: Partial<BatchOptions<Item, string>> = {}) {
    const own = new Work();
    const weights: number[] = [];
    const queue = new BatchQueue<Item, string>({
      work: own.run,
      keyOf: ({ key }) => key,
      weightOf: ({ weight }) => weight,
      maxWeight: 10,
      maxWaiting: 30,
      maxWaitMs: 60_000,
      onWaiting: (weight) => weights.push(weight),
      ...changes,
    });
    const add = (key: string, weight = 1) => queue.add({ key, weight });
    const keys = () => own.batches.map((batch) => batch.map(({ key }) => key).join(' '));
    return { work: own, add, keys, weights };
  }

  const outcomes = async (all: readonly Promise<string>[]) =>
    (await Promise.allSettled(all)).map((each) =>
      each.status === 'fulfilled' ? each.value : (each.reason as AppError).code,
    );

  it('takes together what comes together, and what comes while others are worked on', async () => {
    const { work: own, add, keys } = queueOf();
    const first = [add('a'), add('b')];
    await eventually(() => expect(keys()).toEqual(['a b']));
    const second = [add('c'), add('d'), add('e')];
    own.open();
    expect(await outcomes([...first, ...second])).toEqual(['done a', 'done b', 'done c', 'done d', 'done e']);
    expect(keys()).toEqual(['a b', 'c d e']);
  });

  it('begins a second batch only when a full one waits, and bounds each', async () => {
    const { work: own, add, keys } = queueOf();
    const all = [add('a', 6), add('b', 6), add('c', 6), add('d', 11)];
    await eventually(() => expect(keys()).toEqual(['a', 'b']));
    own.open();
    expect(await outcomes(all)).toEqual(['done a', 'done b', 'done c', 'done d']);
    expect(keys()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('never works on two of a key at a time, and keeps their order', async () => {
    const { work: own, add, keys } = queueOf();
    const all = [add('a'), add('a'), add('b'), add('a')];
    await eventually(() => expect(keys()).toEqual(['a b']));
    own.open();
    await outcomes(all);
    expect(keys()).toEqual(['a b', 'a', 'a']);
  });

  it('fails one without the others, each once more on its own', async () => {
    const { work: own, add, keys } = queueOf();
    own.open();
    expect(await outcomes([add('a'), add('bad'), add('c')])).toEqual(['done a', 'invalid', 'done c']);
    expect(keys()).toEqual(['a bad c', 'a', 'bad', 'c']);
  });

  it('tries nothing again while the database is away', async () => {
    const { work: own, add, keys } = queueOf();
    own.open();
    expect(await outcomes([add('a'), add('away')])).toEqual(['unavailable', 'unavailable']);
    expect(keys()).toEqual(['a away']);
    expect(await outcomes([add('b')])).toEqual(['done b']);
  });

  it('refuses what finds no room, and says how much waits', async () => {
    const { work: own, add, weights } = queueOf();
    const all = [add('a', 10), add('b', 10), add('c', 10)];
    expect(await outcomes([add('d', 1)])).toEqual(['unavailable']);
    expect(Math.max(...weights)).toBe(30);
    own.open();
    expect(await outcomes(all)).toEqual(['done a', 'done b', 'done c']);
    expect(weights.at(-1)).toBe(0);
  });

  it('gives up what waited longer than whoever asked', async () => {
    const { work: own, add, keys, weights } = queueOf({ maxWaitMs: 0 });
    own.open();
    expect(await outcomes([add('a')])).toEqual(['unavailable']);
    expect([keys(), weights.at(-1)]).toEqual([[], 0]);
  });
});
