import { describe, expect, it } from '@jest/globals';
import { Story } from '../checker/stories/story.js';
import { verdictOf } from '../checker/stories/verdict-of.js';
import { exitCode, report, summary } from './index.js';

const good = async () => {
  const story = new Story();
  story.fault('redis-kill', 500);
  return verdictOf(story.finish());
};

const bad = async () => {
  const story = new Story();
  story.see('mallory', 'live', story.send('ann', 'k1'));
  return verdictOf(story.finish());
};

describe('report', () => {
  it('shows a good run, with its faults', async () => {
    const text = report(await good());
    expect(text).toContain('seed 1, 1 min');
    expect(text).toMatch(/redis-kill +1 of 1 +\d+ +0 +0 +0 +0\.0 s +0\.0 s/);
    expect(text).toContain('0 violations');
    expect(text).not.toContain('ready');
    expect(exitCode([await good()])).toBe(0);
  });

  it('tells how long the apps took after the last fault', async () => {
    const story = new Story();
    story.fault('redis-kill', 500);
    story.pass(2_490);
    story.tell({ kind: 'phase', name: 'ready' });
    story.heal();
    const verdict = await verdictOf(story.finish());
    expect(report(verdict)).toContain('; ready 2.5 s after the last heal');
    expect(summary([verdict, await good()])).toContain('ready at most 2.5 s after the last heal in 1 of them');
  });

  it('shows a violation with its proof and its replay, and a fault that hit nothing', async () => {
    const text = report(await bad());
    expect(text).toContain('1 VIOLATIONS: isolation 1');
    expect(text).toContain('  isolation: thread t1: mallory is no member, but c-mallory sees it [entries 7]');
    expect(text).toContain('replay: npm run chaos -- --seed 1 --minutes 1 --faults redis-kill');
    expect(text).toContain('NOT EFFECTIVE (0 of 0)');
    expect(exitCode([await good(), await bad()])).toBe(1);
  });

  it('never calls a run that proves nothing a good one', async () => {
    const verdict = await verdictOf(new Story());
    expect(report(verdict)).toContain('INVALID, this run proves nothing');
    expect(report(verdict)).not.toContain('0 violations');
    expect(exitCode([verdict])).toBe(1);
    expect(exitCode([])).toBe(1);
  });
});

describe('summary', () => {
  it('adds runs up, and says how sure it is', async () => {
    const text = summary([await good(), await good(), await verdictOf(new Story())]);
    expect(text).toContain('2 runs of 2 minutes in all, seeds 1, 1');
    expect(text).toMatch(/\| redis-kill +\| +2 of 2 \|/);
    expect(text).toContain('| durable   |          0 |        0 of 2 |');
    expect(text).toContain('0 of 2 runs violate anything: with 95 % confidence, fewer than 100 %');
    expect(text).toContain('1 more runs were invalid');
  });

  it('names the replay of what it saw', async () => {
    expect(summary([await bad()])).toContain('- `npm run chaos -- --seed 1 --minutes 1 --faults redis-kill`');
  });
});
