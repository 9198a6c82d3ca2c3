import { describe, expect, it } from '@jest/globals';
import { parseOptions } from './parse-options.js';

describe('parseOptions', () => {
  it('runs all faults for two minutes unless told otherwise', () => {
    expect(parseOptions([])).toMatchObject({ seed: 1, minutes: 2, rate: 40, mutants: undefined, help: false });
    expect(parseOptions(['--seed', '7', '--faults', 'none'])).toMatchObject({ seed: 7, faults: [] });
  });

  it('takes all mutants, or some', () => {
    expect(parseOptions(['--mutants']).mutants).toEqual([]);
    expect(parseOptions(['--mutants', 'a,b']).mutants).toEqual(['a', 'b']);
  });

  it.each([['--seed', 'x'], ['--summary'], ['--minutes', '0'], ['--faults', 'nonsense'], ['--sed', '1'], ['stray']])(
    'refuses %s %s',
    (...args) => {
      expect(() => parseOptions(args)).toThrow();
    },
  );
});
