import { beforeEach, describe, expect, it } from '@jest/globals';
import { RunProgress } from './run-progress.service.js';

const [threadId, runId, otherId, agentId] = [1, 2, 3, 4].map(
  (n) => `0199c0de-0000-7000-8000-00000000000${String(n)}`,
) as [string, string, string, string];
const target = { tenantId: 't', threadId, memberVersion: 1 };
const text = (value: string) => [{ type: 'text', text: value }];

describe('RunProgress', () => {
  let progress: RunProgress;
  const pass = (event: string, payload: object) => {
    progress.passed(target, event, { runId, threadId, agentId, ...payload });
  };
  const behind = (attempt: number, length: number) => progress.isBehind(threadId, runId, { attempt, length });

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
    expect(progress.isBehind(threadId, otherId, { attempt: 0, length: 0 })).toBe(false);
    expect(progress.isBehind(threadId, otherId, { attempt: 1, length: 0 })).toBe(true);
    pass('run.ended', { attempt: 1, length: 0, outcome: 'completed' });
    pass('run.chunk', { attempt: 1, off: 0, parts: text('late') });
    expect([behind(3, 9), progress.of(threadId).size]).toEqual([false, 0]);
  });

  it('ignores what is no run event, malformed, or of another thread', () => {
    progress.passed(target, 'typing.changed', {});
    progress.passed(target, '__proto__', {});
    progress.passed(target, 'run.chunk', null);
    pass('run.chunk', { attempt: 1, off: 0, parts: 'abc' });
    pass('run.chunk', { threadId: otherId, attempt: 1, off: 0, parts: text('abc') });
    expect(progress.of(threadId).get(runId)).toEqual({ attempt: 1, length: 0 });
  });
});
