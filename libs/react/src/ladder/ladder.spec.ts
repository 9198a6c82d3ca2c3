import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Ladder, type Failure } from './ladder.js';
import { LADDER, LEVELS } from './levels.js';
import { isSafeMode, noteReload } from './safe-mode.js';

function world(random = 0.5) {
  let now = 1_000_000;
  const ladder = new Ladder({ now: () => now, after: () => () => undefined }, () => random);
  const pass = (ms: number): void => {
    now += ms;
  };
  let faults = 0;
  /** Each error is another fault unless one is given. */
  const fail = (failure: Partial<Failure> = {}) => {
    faults += 1;
    const error = new Error('x');
    error.stack = `Error: x\n    at place${String(faults)} (https://chat.example/app.js:1:1)`;
    return ladder.failed({ level: 'message', scope: 'm1', threadId: 't1', error, ...failure });
  };
  return { ladder, fail, pass };
}

describe('Ladder', () => {
  it('tries again by itself after growing waits, then leaves it to a person', () => {
    const { fail, pass } = world();
    expect(fail()).toEqual({ action: 'retry', afterMs: 500 });
    pass(500);
    expect(fail()).toEqual({ action: 'retry', afterMs: 2_000 });
    pass(2_000);
    expect(fail()).toEqual({ action: 'wait', quarantined: true });
  });

  it('varies its waits by half, either way', () => {
    expect(world(0).fail()).toEqual({ action: 'retry', afterMs: 250 });
    expect(world(1).fail()).toEqual({ action: 'retry', afterMs: 750 });
  });

  it('begins anew with what worked for 30 s', () => {
    const { fail, pass } = world();
    fail();
    pass(LADDER.healthyMs);
    expect(fail()).toEqual({ action: 'retry', afterMs: 500 });
  });

  it('does not try by itself what fails for the same reason again', () => {
    const { fail } = world();
    expect(fail({ error: new TypeError('x is undefined') })).toEqual({ action: 'wait', quarantined: true });
    expect(fail({ level: 'thread', scope: 't', error: new RangeError('r') }).action).toBe('wait');
  });

  it('quarantines what failed with the same fault three times in a minute, until it is asked for', () => {
    const { ladder, fail, pass } = world();
    const error = new Error('same');
    fail({ error, level: 'chat', scope: 'c' });
    pass(31_000);
    fail({ error, level: 'chat', scope: 'c' });
    pass(1_000);
    expect(fail({ error, level: 'message', scope: 'other' }).action).toBe('retry');
    const quick = world();
    for (let time = 0; time < 2; time += 1) quick.fail({ error });
    expect(quick.fail({ error })).toEqual({ action: 'wait', quarantined: true });
    expect(quick.ladder.isPlain('t1', 3)).toBe(false);
    ladder.released('message', 'm1');
  });

  it('hands the third failure of a thread, and of the chat, within five minutes to the next level', () => {
    const { fail, pass } = world();
    for (const [level, to] of [
      ['thread', 'chat'],
      ['chat', 'app'],
    ] as const) {
      expect(fail({ level, scope: level }).action).toBe('retry');
      pass(100_000);
      expect(fail({ level, scope: level }).action).toBe('retry');
      pass(100_000);
      expect(fail({ level, scope: level })).toEqual({ action: 'escalate', to });
      pass(100_000);
      expect(fail({ level, scope: level }).action).toBe('retry');
    }
  });

  it('forgets failures of a thread that lie five minutes back', () => {
    const { fail, pass } = world();
    for (let time = 0; time < 6; time += 1) {
      expect(fail({ level: 'thread', scope: 't' }).action).toBe('retry');
      pass(151_000);
    }
  });

  it('draws a thread plainly from five messages, or 30 % of the shown ones, in quarantine', () => {
    const { ladder, fail } = world();
    let told = 0;
    ladder.subscribe(() => (told += 1));
    const broken = (scope: string): void => void fail({ scope, error: new TypeError(scope) });
    broken('a');
    expect([ladder.isPlain('t1', 100), ladder.isPlain('t1', 1)]).toEqual([false, false]);
    broken('b');
    expect([ladder.isPlain('t1', 100), ladder.isPlain('t1', 6)]).toEqual([false, true]);
    for (const scope of ['c', 'd', 'e']) broken(scope);
    expect([ladder.isPlain('t1', 100), ladder.isPlain('t2', 100)]).toEqual([true, false]);
    expect(told).toBe(5);
    ladder.released('message', 'a');
    expect(ladder.isPlain('t1', 100)).toBe(false);
  });

  it('never tries more than ten times a minute by itself, and never waits longer than its table says', () => {
    const levels = fc.constantFrom('message' as const, 'thread' as const, 'chat' as const);
    const story = fc.array(fc.record({ level: levels, scope: fc.nat(30), ms: fc.nat(3_000) }), { maxLength: 200 });
    fc.assert(
      fc.property(story, (failures) => {
        const { fail, pass } = world();
        let now = 0;
        const tries: number[] = [];
        for (const { level, scope, ms } of failures) {
          pass(ms);
          now += ms;
          const decision = fail({ level, scope: String(scope) });
          if (decision.action !== 'retry') continue;
          tries.push(now);
          expect(decision.afterMs).toBeLessThanOrEqual(Math.max(...LEVELS[level].retriesMs) * 1.5);
        }
        for (const at of tries) {
          expect(tries.filter((other) => other >= at && other - at < 60_000).length).toBeLessThanOrEqual(10);
        }
      }),
    );
  });
});

describe('safe mode', () => {
  it('begins with the third reload in two minutes, and survives rubbish in the storage', () => {
    const kept = new Map<string, string>();
    const memory = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    for (const at of [0, 50_000]) noteReload(memory, at);
    expect(isSafeMode(memory, 60_000)).toBe(false);
    noteReload(memory, 100_000);
    expect([isSafeMode(memory, 110_000), isSafeMode(memory, 125_000)]).toEqual([true, false]);
    kept.set('holdfast.reloads', '{');
    expect(isSafeMode(memory, 110_000)).toBe(false);
  });
});
