import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { AppError } from '@holdfast/contracts';
import { eventually } from '@holdfast/testing';
import { NaturalBatcher } from './natural-batcher.js';

/** Batches that end when they are told to. */
class Batches {
  readonly started: (readonly number[])[] = [];
  private readonly ends: (() => void)[] = [];

  readonly run = async (items: readonly number[]): Promise<readonly number[]> => {
    this.started.push(items);
    await new Promise<void>((resolve) => this.ends.push(resolve));
    return items.map((item) => -item);
  };

  end(): void {
    for (const end of this.ends.splice(0)) end();
  }
}

const turn = () => new Promise(setImmediate);
const LIMITS = { name: 'test', maxBatch: 1_000, maxInFlight: 1, maxWaiting: 5_000 };

describe('NaturalBatcher', () => {
  it('sends a lone item at once, and what comes meanwhile together', async () => {
    const batches = new Batches();
    const batcher = new NaturalBatcher({ ...LIMITS, run: batches.run });
    const first = batcher.submit(1);
    await turn();
    const others = [2, 3].map((item) => batcher.submit(item));
    await turn();
    expect(batches.started).toEqual([[1]]);
    batches.end();
    expect(await first).toBe(-1);
    await eventually(() => {
      expect(batches.started).toEqual([[1], [2, 3]]);
    });
    batches.end();
    expect(await Promise.all(others)).toEqual([-2, -3]);
  });

  it('lets a crowd gather, however fast the database answers', async () => {
    const sizes: number[] = [];
    const batcher = new NaturalBatcher<number, number>({
      ...LIMITS,
      run: (items) => {
        sizes.push(items.length);
        return Promise.resolve(items);
      },
    });
    const answers: Promise<number>[] = [];
    const startedAt = performance.now();
    for (let count = 0; count < 500; count += 1) {
      for (let index = 0; index < 10; index += 1) answers.push(batcher.submit(count));
      await turn();
    }
    await Promise.all(answers);
    const seconds = (performance.now() - startedAt) / 1_000;
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(5_000);
    // Two a second, those that were full, and those by which it grows.
    expect(sizes.length).toBeLessThanOrEqual(2 * seconds + 5 + 8);
  });

  describe('behind a batch that fails', () => {
    afterEach(() => {
      jest.useRealTimers();
    });

    /** What became of an item that came meanwhile, and whether a batch of its own was tried. */
    async function behind(tookMs: number, code: 'unavailable' | 'internal') {
      jest.useFakeTimers();
      const run = jest.fn(async (items: readonly number[]): Promise<readonly number[]> => {
        if (items[0] === 2) return items;
        await new Promise((resolve) => setTimeout(resolve, tookMs));
        throw new AppError(code, 'no answer', { retryAfterMs: 500 });
      });
      const batcher = new NaturalBatcher({ ...LIMITS, run });
      const first = batcher.submit(1);
      await jest.advanceTimersByTimeAsync(100);
      const settled = Promise.allSettled([first, batcher.submit(2)]);
      await jest.advanceTimersByTimeAsync(tookMs);
      const [, second] = await settled;
      return { second, batches: run.mock.calls.length };
    }

    it('is refused with it if the database did not answer, rather than wait as long again', async () => {
      expect(await behind(2_500, 'unavailable')).toMatchObject({
        second: { status: 'rejected', reason: { code: 'unavailable', retryAfterMs: 500 } },
        batches: 1,
      });
    });

    it.each([
      { tookMs: 300, code: 'unavailable' as const },
      { tookMs: 2_500, code: 'internal' as const },
    ])('has a batch of its own after $tookMs ms and $code', async ({ tookMs, code }) => {
      expect(await behind(tookMs, code)).toEqual({ second: { status: 'fulfilled', value: 2 }, batches: 2 });
    });
  });

  describe('while a crowd arrives', () => {
    afterEach(() => {
      jest.useRealTimers();
    });

    /** Items every 10 ms for so long; the sizes of the batches so far. */
    async function arrive(durationMs: number): Promise<number[]> {
      jest.useFakeTimers();
      const sizes: number[] = [];
      const run = (items: readonly number[]) => {
        sizes.push(items.length);
        return Promise.resolve(items);
      };
      const batcher = new NaturalBatcher<number, number>({ ...LIMITS, maxBatch: 10_000, run });
      for (let ms = 0; ms < durationMs; ms += 10) {
        for (let item = 0; item < 10; item += 1) void batcher.submit(item);
        await jest.advanceTimersByTimeAsync(10);
      }
      return sizes;
    }

    it('gathers longer than for a few, but not for ever', async () => {
      const sizes = await arrive(2_000);
      // The first at once, then one every 600 ms.
      expect(sizes).toEqual([10, 600, 600, 600]);
    });

    it('lets the last go as soon as nobody comes any more', async () => {
      const sizes = await arrive(400);
      expect(sizes).toEqual([10]);
      await jest.advanceTimersByTimeAsync(50);
      expect(sizes).toEqual([10, 390]);
    });
  });

  it('does not wait once a batch is full', async () => {
    const batches = new Batches();
    const batcher = new NaturalBatcher({ ...LIMITS, maxBatch: 10, maxInFlight: 9, run: batches.run });
    const answers = Array.from({ length: 30 }, (_, item) => batcher.submit(item));
    await turn();
    expect(batches.started.map(({ length }) => length)).toEqual([10, 10, 10]);
    batches.end();
    await Promise.all(answers);
  });

  it('refuses as busy beyond its bound, and tells a failure to everyone of its batch', async () => {
    let fail = true;
    const batcher = new NaturalBatcher<number, number>({
      ...LIMITS,
      maxWaiting: 2,
      run: (items) => (fail ? Promise.reject(new Error('away')) : Promise.resolve(items)),
    });
    const results = await Promise.allSettled([1, 2, 3].map((item) => batcher.submit(item)));
    expect(results.map((result) => (result.status === 'rejected' ? String(result.reason) : 'ok'))).toEqual([
      'Error: away',
      'Error: away',
      expect.stringContaining('Too many'),
    ]);
    fail = false;
    await eventually(async () => {
      expect(await batcher.submit(4)).toBe(4);
    });
  });
});
