import { beforeEach, describe, expect, it } from '@jest/globals';
import { RunProgress } from './run-progress.service.js';

const target = { tenantId: 't', threadId: 'th', memberVersion: 1 };
const text = (value: string) => [{ type: 'text', text: value }];

describe('RunProgress', () => {
  let progress: RunProgress;
  const pass = (event: string, payload: object) => {
    progress.passed(target, event, { runId: 'r', threadId: 'th', ...payload });
  };
  const behind = (attempt: number, length: number) => progress.isBehind('th', 'r', { attempt, length });

  beforeEach(() => {
    progress = new RunProgress();
    pass('run.attempt', { attempt: 1, base: 0 });
  });

  it('follows contiguous chunks', () => {
    pass('run.chunk', { attempt: 1, off: 0, parts: text('abc') });
    pass('run.chunk', { attempt: 1, off: 3, parts: text('de') });
    expect([behind(1, 5), behind(1, 6), behind(2, 0)]).toEqual([false, true, true]);
  });

  it('stays behind after a lost chunk until a snapshot passes', () => {
    pass('run.chunk', { attempt: 1, off: 3, parts: text('de') });
    expect(behind(1, 5)).toBe(true);
    pass('run.snapshot', { attempt: 1, off: 0, parts: text('abcde') });
    expect(behind(1, 5)).toBe(false);
  });

  it('ignores a lower attempt', () => {
    pass('run.attempt', { attempt: 2, base: 1 });
    pass('run.attempt', { attempt: 1, base: 9 });
    expect([behind(2, 1), behind(2, 2)]).toEqual([false, true]);
  });

  it('knows a run it never saw to be behind once it has an attempt, and none that ended', () => {
    expect(progress.isBehind('th', 'other', { attempt: 0, length: 0 })).toBe(false);
    expect(progress.isBehind('th', 'other', { attempt: 1, length: 0 })).toBe(true);
    pass('run.ended', { attempt: 1, length: 0, outcome: 'completed' });
    pass('run.chunk', { attempt: 1, off: 0, parts: text('late') });
    expect([behind(3, 9), progress.of('th').size]).toEqual([false, 0]);
  });
});
