import { describe, expect, it } from '@jest/globals';
import { Random } from '../random/random.js';
import { planFaults, touchedBy, type PlannedFault } from './fault-plan.js';
import { chooseFaults, FAULT_SPECS } from './fault-specs.js';

const HOUR = 3_600_000;
const ALL = chooseFaults('all');
const plan = (seed: number, names = ALL, ms = HOUR): PlannedFault[] => planFaults(new Random(seed), names, ms);

describe('planFaults', () => {
  it('is a function of the seed', () => {
    expect(plan(1)).toEqual(plan(1));
    expect(plan(1)).not.toEqual(plan(2));
  });

  it('lets every fault have its turn before any comes again', () => {
    const names = plan(3).map(({ name }) => name);
    const round = names.slice(0, ALL.length);
    expect([...round].sort()).toEqual([...ALL].sort());
  });

  it('stays within the time, and within what each fault allows', () => {
    for (const fault of plan(4, ALL, 300_000)) {
      const spec = FAULT_SPECS.find(({ name }) => name === fault.name);
      expect(fault.at + fault.holdMs).toBeLessThanOrEqual(300_000);
      expect(spec?.targets).toContain(fault.target);
      expect(fault.holdMs).toBeGreaterThanOrEqual(spec?.holdMs[0] ?? Infinity);
      expect(fault.holdMs).toBeLessThanOrEqual(spec?.holdMs[1] ?? 0);
    }
  });

  it('lets some overlap, never two on the same process, and none with a request to leave', () => {
    const faults = plan(5);
    expect(faults.filter(({ overlaps }) => overlaps).length).toBeGreaterThan(10);
    for (const [index, fault] of faults.entries()) {
      const before = faults[index - 1];
      if (before === undefined) continue;
      if (!fault.overlaps) expect(fault.at).toBeGreaterThan(before.at + before.holdMs);
      else expect(`${before.name} ${fault.name}`).not.toContain('term-');
      if (fault.overlaps)
        expect(touchedBy(before.target)).not.toEqual(expect.arrayContaining([...touchedBy(fault.target)]));
    }
  });

  it('plans nothing without faults', () => {
    expect(plan(1, [])).toEqual([]);
  });
});

describe('chooseFaults', () => {
  it('knows names, beginnings, all and none', () => {
    expect(chooseFaults('none')).toEqual([]);
    expect(chooseFaults('kill-redis,latency')).toEqual([
      'kill-redis',
      'latency-redis',
      'latency-postgres',
      'latency-clients',
    ]);
    expect(chooseFaults('all')).toHaveLength(FAULT_SPECS.length);
    expect(() => chooseFaults('kill,nonsense')).toThrow('nonsense');
  });
});
