import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { catchStopSignals, type StopSignals } from './stop-signals.js';

describe('catchStopSignals', () => {
  let now = 0;
  let signals: StopSignals;
  beforeEach(() => {
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    signals = catchStopSignals();
  });
  afterEach(() => {
    signals.release();
    jest.restoreAllMocks();
  });

  const hastened = () => Promise.race([signals.hastened, Promise.resolve('not yet')]);

  it('takes the copy that npm passes on for the same wish', async () => {
    process.emit('SIGINT', 'SIGINT');
    now += 300;
    process.emit('SIGINT', 'SIGINT');
    expect(await signals.asked).toBe('SIGINT');
    expect(await hastened()).toBe('not yet');
  });

  it('hastens on a second Ctrl-C', async () => {
    process.emit('SIGINT', 'SIGINT');
    now += 1_100;
    process.emit('SIGINT', 'SIGINT');
    expect(await signals.hastened).toBe('SIGINT');
  });
});
