import { describe, expect, it } from '@jest/globals';
import { CommandWindow } from './command-window.js';

describe('CommandWindow', () => {
  let now = 0;
  const window = () => {
    now = 0;
    return new CommandWindow(() => now);
  };

  it('is empty at first', () => {
    expect(window().summary()).toEqual({ total: 0, failed: 0, p95Ms: 0 });
  });

  it('counts the last minute and forgets what is older', () => {
    const commands = window();
    commands.record(true, 3);
    now = 30_000;
    commands.record(false, 3);
    expect(commands.summary()).toMatchObject({ total: 2, failed: 1 });
    now = 61_000;
    expect(commands.summary()).toMatchObject({ total: 1, failed: 0 });
    now = 3_600_000;
    expect(commands.summary()).toMatchObject({ total: 0 });
  });

  it('reuses a second of an earlier minute', () => {
    const commands = window();
    commands.record(true, 3);
    now = 60_000;
    commands.record(false, 3);
    expect(commands.summary()).toMatchObject({ total: 1, failed: 0 });
  });

  it('tells the bucket of the 95th percentile', () => {
    const commands = window();
    for (let count = 0; count < 95; count += 1) commands.record(false, 20);
    for (let count = 0; count < 5; count += 1) commands.record(false, 4_000);
    expect(commands.summary().p95Ms).toBe(25);
    commands.record(false, 4_000);
    expect(commands.summary().p95Ms).toBe(5_000);
    for (let count = 0; count < 100; count += 1) commands.record(false, 9_000);
    expect(commands.summary().p95Ms).toBe(Infinity);
  });
});
