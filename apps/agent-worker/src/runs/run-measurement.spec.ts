import { describe, expect, it } from '@jest/globals';
import type { SloRecorder, Timing } from '@holdfast/slo-recorder';
import { RunMeasurement } from './run-measurement.js';
import type { RunClaim } from './run-store.port.js';

/** What a completed run adds to the counts; each SLO that is timed ends well. */
function countsOf(claim: Partial<RunClaim>): string[] {
  const counted: string[] = [];
  const time = (slo: string): Timing => ({
    good: () => void counted.push(`${slo} good`),
    bad: () => void counted.push(`${slo} bad`),
    exclude: () => undefined,
  });
  const recorder = { time, bad: (slo: string) => void counted.push(`${slo} bad`) };
  const base = { attempt: 1, waitedMs: 0, elapsedMs: 0, prefix: [], overdueFor: [], ...claim };
  new RunMeasurement(recorder as unknown as SloRecorder, base as unknown as RunClaim).ended('completed');
  return counted;
}

describe('a run that is claimed', () => {
  it('in time is judged by its worker', () => {
    expect(countsOf({})).toEqual(['chat-response-time good', 'agent-execution good']);
  });

  it('late is counted by its worker, unless it was while it waited', () => {
    expect(countsOf({ waitedMs: 3_000 })).toEqual(['chat-response-time bad', 'agent-execution good']);
    expect(countsOf({ waitedMs: 3_000, overdueFor: ['chat-response-time'] })).toEqual(['agent-execution good']);
    expect(countsOf({ waitedMs: 40_000, overdueFor: ['chat-response-time', 'agent-execution'] })).toEqual([]);
  });

  it('again was judged by the attempt before where its deadline has passed', () => {
    expect(countsOf({ attempt: 2, waitedMs: 40_000, elapsedMs: 31_000 })).toEqual([]);
    expect(countsOf({ attempt: 2, waitedMs: 40_000, elapsedMs: 1_000, overdueFor: ['agent-execution'] })).toEqual([]);
  });
});
