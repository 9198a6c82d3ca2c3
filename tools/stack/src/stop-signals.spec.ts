import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { catchStopSignals } from './stop-signals.js';

describe('catchStopSignals', () => {
  const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let now = 0;
  let before: Map<NodeJS.Signals, readonly NodeJS.SignalsListener[]>;
  beforeEach(() => {
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    before = new Map(SIGNALS.map((signal) => [signal, process.listeners(signal)]));
  });
  afterEach(() => {
    for (const [signal, kept] of before)
      for (const listener of process.listeners(signal)) if (!kept.includes(listener)) process.off(signal, listener);
    jest.restoreAllMocks();
  });

  const unlessYet = (wish: Promise<NodeJS.Signals>) => Promise.race([wish, Promise.resolve('not yet')]);
  const arrive = (signal: NodeJS.Signals, afterMs: number) => {
    now += afterMs;
    process.emit(signal, signal);
  };

  it('takes the copy that npm passes on for the same wish, however late', async () => {
    const signals = catchStopSignals(2);
    arrive('SIGINT', 0);
    arrive('SIGINT', 5_000);
    expect(await signals.asked).toBe('SIGINT');
    expect(await unlessYet(signals.hastened)).toBe('not yet');
    arrive('SIGINT', 0);
    expect(await signals.hastened).toBe('SIGINT');
  });

  it('hastens on a second Ctrl-C, but not on one that comes together with the first', async () => {
    const signals = catchStopSignals(1);
    arrive('SIGINT', 0);
    arrive('SIGINT', 300);
    expect(await unlessYet(signals.hastened)).toBe('not yet');
    arrive('SIGINT', 800);
    expect(await signals.hastened).toBe('SIGINT');
  });

  it('hastens on a SIGTERM after Ctrl-C, below npm too', async () => {
    const signals = catchStopSignals(2);
    arrive('SIGINT', 0);
    arrive('SIGTERM', 1_100);
    expect(await signals.hastened).toBe('SIGTERM');
  });
});
