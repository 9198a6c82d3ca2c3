import { describe, expect, it } from '@jest/globals';
import { HELP, parseOptions } from './parse-options.js';

describe('parseOptions', () => {
  it('runs all faults for two minutes unless told otherwise', () => {
    expect(parseOptions([])).toMatchObject({ seed: 1, minutes: 2, rate: 40, mutants: undefined, help: false });
    expect(parseOptions(['--seed', '7', '--faults', 'none'])).toMatchObject({ seed: 7, faults: [] });
  });

  it('takes all mutants, or some', () => {
    expect(parseOptions(['--mutants']).mutants).toEqual([]);
    expect(parseOptions(['--mutants', 'no-gate,wrong-seq']).mutants).toEqual(['no-gate', 'wrong-seq']);
  });

  it('names every fault and every mutant in its help, within the width of a terminal', () => {
    for (const name of ['kill-gateway', 'one-way-clients', 'ack-before-commit', 'journal-off'])
      expect(HELP).toContain(name);
    expect(Math.max(...HELP.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(120);
  });

  it.each([
    [['--seed', 'x'], /--seed must be a number from 0 on, not "x"/],
    [['--minutes', '0'], /--minutes must be a number from 0.1 on/],
    [['--summary'], /--summary needs histories/],
    [['--faults', 'nonsense'], /There is no fault "nonsense": .*--help/],
    [['--mutants', 'no-gate,nonsense'], /There is no mutant "nonsense": .*--help/],
    [['--sed', '1'], /^Unknown option '--sed': .*--help/],
    [['--faults'], /argument missing: .*--help/],
    [['stray'], /"stray" is no option/],
  ])('refuses %j in one sentence', (args, sentence) => {
    expect(() => parseOptions(args)).toThrow(sentence);
  });
});
