import { describe, expect, it } from '@jest/globals';
import { textInsteadOf } from './usage.js';

describe('what a bench is asked for', () => {
  it.each([[['--help']], [['-h']]])('%j tells of all of them, and of none of their parts', (args) => {
    const told = textInsteadOf(args);
    expect(told?.exitCode).toBe(0);
    for (const name of ['health', 'page', 'reconnect', 'redis-loss', 'rolling', 'slo', 'takeover'])
      expect(told?.text).toContain(`npm run bench:${name}`);
    expect(told?.text).toContain('npm run deploy:rolling -- [folder]');
    expect(told?.text).not.toMatch(/crowd|tutorial|naive/);
  });

  it('runs none that is asked for its help', () => {
    expect(textInsteadOf(['reconnect', '--help'])).toEqual({
      text: expect.stringMatching(/npm run bench:reconnect -- \[missed\] \[left\]/),
      exitCode: 0,
    });
    expect(textInsteadOf(['takeover', '-h'])?.exitCode).toBe(0);
  });

  it.each([
    [[], /npm run bench:takeover/],
    [['nonsense'], /There is no bench "nonsense"[^]*npm run bench:takeover/],
    [['takeover', '5'], /npm run bench:takeover takes no arguments, not "5"/],
    [['reconnect', '0'], /takes \[missed\] \[left\], not "0"/],
    [['reconnect', '5', '1', '7'], /not "5 1 7"/],
    [['page', '--minutes', 'five'], /takes \[--minutes <m>\] \[--trace\], not "--minutes five"/],
    [['deploy-rolling', '--dist'], /npm run deploy:rolling takes \[folder\], not "--dist"/],
  ])('refuses %j', (args, sentence) => {
    expect(textInsteadOf(args)).toEqual({ text: expect.stringMatching(sentence), exitCode: 2 });
  });

  it.each([
    [['health']],
    [['reconnect', '50', '1']],
    [['page', '--minutes', '5', '--trace']],
    [['deploy-rolling', 'old']],
  ])('lets %j run', (args) => {
    expect(textInsteadOf(args)).toBeUndefined();
  });
});
