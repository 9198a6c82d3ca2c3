import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RepeatedWork } from './repeated-work.js';

describe('repeated work', () => {
  let repeated: RepeatedWork | undefined;

  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(async () => {
    const stopped = repeated?.stop();
    await jest.advanceTimersByTimeAsync(2_000);
    await stopped;
    jest.useRealTimers();
  });

  function start(work: () => Promise<void>, failed: (error: unknown) => void = () => undefined): RepeatedWork {
    repeated = new RepeatedWork({ everyMs: 1_000, firstMs: 100, work, failed }).start();
    return repeated;
  }

  it('begins soon, then once per interval, also after it has failed', async () => {
    const failures: unknown[] = [];
    let times = 0;
    const work = (): Promise<void> => {
      times += 1;
      return times === 1 ? Promise.reject(new Error('no')) : Promise.resolve();
    };
    start(work, (error) => failures.push(error));
    await jest.advanceTimersByTimeAsync(200);
    expect(times).toBe(1);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(times).toBeGreaterThanOrEqual(10);
    expect(times).toBeLessThanOrEqual(12);
    expect(failures).toEqual([expect.objectContaining({ message: 'no' })]);
  });

  it('never does it twice at a time', async () => {
    let atOnce = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise((resolve) => setTimeout(resolve, 3_500));
      atOnce -= 1;
    };
    start(work);
    await jest.advanceTimersByTimeAsync(20_000);
    expect(most).toBe(1);
  });

  it('stops once the work at hand has ended, and waits for no work that does not', async () => {
    const ended: string[] = [];
    let finish = (): void => undefined;
    const slow = start(() => new Promise<void>((resolve) => (finish = resolve)));
    await jest.advanceTimersByTimeAsync(200);
    void slow.stop().then(() => ended.push('slow'));
    await jest.advanceTimersByTimeAsync(500);
    expect(ended).toEqual([]);
    finish();
    await jest.advanceTimersByTimeAsync(0);
    expect(ended).toEqual(['slow']);
    const endless = start(() => new Promise<void>(() => undefined));
    await jest.advanceTimersByTimeAsync(200);
    void endless.stop().then(() => ended.push('endless'));
    await jest.advanceTimersByTimeAsync(1_500);
    expect(ended).toEqual(['slow', 'endless']);
    await start(() => Promise.resolve(void ended.push('never'))).stop();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(ended).toEqual(['slow', 'endless']);
  });
});
