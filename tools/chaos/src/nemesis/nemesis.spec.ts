import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PlannedFault } from '../plan/fault-plan.js';
import { Recorder } from '../system/recorder.js';
import type { System } from '../system/system.js';
import type { Inject } from './injection.js';
import { Nemesis } from './nemesis.js';

describe('the nemesis', () => {
  let folder: string;
  let recorder: Recorder;
  let healed: string[];

  beforeEach(async () => {
    healed = [];
    folder = await mkdtemp(join(tmpdir(), 'holdfast-nemesis-'));
    recorder = new Recorder(join(folder, 'history.jsonl'));
  });
  afterEach(async () => {
    await recorder.close();
    await rm(folder, { recursive: true });
  });

  const heals: Inject = (_, { name }) =>
    Promise.resolve({
      heal: () => {
        healed.push(name);
        return Promise.resolve({ effective: true, detail: '' });
      },
    });
  const cannotInject: Inject = () => Promise.reject(new Error('not injected'));
  const cannotHeal: Inject = () => Promise.resolve({ heal: () => Promise.reject(new Error('not healed')) });

  const inflict = (first: Inject): Promise<void> => {
    const injectors = new Map([
      ['first', first],
      ['other', heals],
      ['late', heals],
    ]);
    const plan = ['other', 'first', 'late'].map((name, injection): PlannedFault => {
      const at = name === 'late' ? 40 : 0;
      return { injection, name, target: 'x', at, holdMs: name === 'other' ? 80 : 1, overlaps: injection > 0 };
    });
    const nemesis = new Nemesis({} as System, recorder, () => undefined, injectors);
    return nemesis.run(plan, { signal: new AbortController().signal, untilMs: 10_000 });
  };

  it('works through its plan', async () => {
    await inflict(heals);
    expect(healed.toSorted()).toEqual(['first', 'late', 'other']);
  });

  it.each([
    ['not injected', cannotInject],
    ['not healed', cannotHeal],
  ])('fails with what was %s while it waits for the next fault, and heals what is in place', async (message, first) => {
    await expect(inflict(first)).rejects.toThrow(message);
    expect(healed).toEqual(['other']);
  });
});
