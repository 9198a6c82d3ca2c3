import { describe, expect, it } from '@jest/globals';
import type { SloRecorder, Timing } from '@holdfast/slo-recorder';
import { RunMeasurement } from './run-measurement.js';
import type { RunClaim } from './run-store.port.js';

interface Measured {
  /** In the order in which they were counted. */
  readonly counted: string[];
  /** What each SLO that is timed has left, in ms. */
  readonly times: Record<string, number>;
}

/** What a completed run adds to the counts; each SLO that is timed ends well. */
function measure(claim: Partial<RunClaim>): Measured {
  const counted: string[] = [];
  const times: Record<string, number> = {};
  const time = (slo: string, leftMs: number): Timing => {
    times[slo] = leftMs;
    return {
      good: () => void counted.push(`${slo} good`),
      bad: () => void counted.push(`${slo} bad`),
      exclude: () => undefined,
    };
  };
  const recorder = { time, bad: (slo: string) => void counted.push(`${slo} bad`) };
  const base = {
    attempt: 1,
    waitedMs: 0,
    readyMs: 0,
    prefix: [],
    overdueFor: [],
    lostMs: null,
    hasSpoken: false,
    ...claim,
  };
  new RunMeasurement(recorder as unknown as SloRecorder, base as unknown as RunClaim).ended('completed');
  return { counted, times };
}

const countsOf = (claim: Partial<RunClaim>) => measure(claim).counted;
const timesOf = (claim: Partial<RunClaim>) => measure(claim).times;

describe('a run that is claimed', () => {
  it('in time is judged by its worker', () => {
    expect(countsOf({})).toEqual(['chat-response-time good', 'agent-execution good']);
  });

  it('late is counted by its worker, unless it was while it waited', () => {
    expect(countsOf({ waitedMs: 3_000, readyMs: 3_000 })).toEqual(['chat-response-time bad', 'agent-execution good']);
    expect(countsOf({ waitedMs: 3_000, readyMs: 3_000, overdueFor: ['chat-response-time'] })).toEqual([
      'agent-execution good',
    ]);
    // Nobody judged while it waited: the SLO service was away.
    const long = { waitedMs: 40_000, readyMs: 40_000 };
    expect(countsOf(long)).toEqual(['chat-response-time bad', 'agent-execution bad']);
    expect(countsOf({ ...long, overdueFor: ['chat-response-time', 'agent-execution'] })).toEqual([]);
  });

  it('after the answer before it has its whole time for the execution', () => {
    const behind = { waitedMs: 40_000, readyMs: 100, overdueFor: ['chat-response-time'] };
    expect(countsOf(behind)).toEqual(['agent-execution good']);
  });

  it('has what is left of its time', () => {
    expect(timesOf({ waitedMs: 500, readyMs: 300 })).toEqual({
      'chat-response-time': 1_500,
      'agent-execution': 29_700,
    });
  });

  it('again was judged by the attempt before where its deadline has passed', () => {
    expect(countsOf({ attempt: 2, waitedMs: 40_000, readyMs: 40_000 })).toEqual([]);
    expect(countsOf({ attempt: 2, waitedMs: 40_000, readyMs: 1_000, overdueFor: ['agent-execution'] })).toEqual([]);
  });

  it('again from a worker that was lost before the deadline is counted at once, and only then', () => {
    // Killed at 1 s, taken over at 4 s.
    const lost = { attempt: 2, waitedMs: 4_000, readyMs: 4_000, lostMs: 3_000 };
    expect(countsOf(lost)).toEqual(['chat-response-time bad', 'agent-execution good']);
    expect(countsOf({ ...lost, overdueFor: ['chat-response-time'] })).toEqual(['agent-execution good']);
    // Alive at 2 s, and dead by 3 s.
    expect(countsOf({ ...lost, waitedMs: 6_000, readyMs: 6_000 })).toEqual(['agent-execution good']);
    expect(countsOf({ ...lost, waitedMs: 32_000, readyMs: 32_000 })).toEqual(['agent-execution bad']);
    expect(countsOf({ ...lost, waitedMs: 34_000, readyMs: 34_000 })).toEqual([]);
  });

  it('again after a text that people have seen has no first word to say', () => {
    expect(countsOf({ attempt: 2, waitedMs: 4_000, lostMs: 3_500, hasSpoken: true })).toEqual(['agent-execution good']);
    const prefix = [{ type: 'text' as const, text: 'Once upon' }];
    expect(countsOf({ attempt: 2, waitedMs: 1_000, readyMs: 1_000, prefix })).toEqual(['agent-execution good']);
  });
});
