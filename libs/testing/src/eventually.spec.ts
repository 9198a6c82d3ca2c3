import { describe, expect, it } from '@jest/globals';
import { eventually } from './eventually.js';

describe('eventually', () => {
  it('returns the first value that is not false', async () => {
    let calls = 0;
    expect(await eventually(() => (++calls < 3 ? false : calls), { intervalMs: 1 })).toBe(3);
  });

  it('tells the last error when time is up', async () => {
    const failing = () => Promise.reject(new Error('no answer yet'));
    await expect(eventually(failing, { timeoutMs: 20, intervalMs: 1 })).rejects.toThrow(
      'no answer yet (not within 20 ms)',
    );
  });

  it('does not wait for a try that hangs', async () => {
    const hanging = () => new Promise<never>(() => undefined);
    await expect(eventually(hanging, { timeoutMs: 20 })).rejects.toThrow('no attempt has finished');
  });
});
