import type { RunOutcome } from '@holdfast/contracts';
import { deadlineOf } from '@holdfast/slo';
import type { SloRecorder, Timing } from '@holdfast/slo-recorder';
import type { RunClaim } from './run-store.port.js';

type RunSlo = 'chat-response-time' | 'agent-execution';

const JUDGED: Timing = { good: () => undefined, bad: () => undefined, exclude: () => undefined };

/**
 * What an attempt contributes to the SLOs of answers. Each run is judged once: at its deadline, or when it ends before. The
 * time for the first word runs from the message, that for the execution from when the run could be executed; waiting for a
 * worker is part of both. An attempt that takes a run over after a deadline finds it judged by the one before, unless that
 * one's worker was last alive before the deadline; then, as with a first claim that comes too late, the run is counted at
 * once, unless the SLO service has counted it while nobody claimed it.
 */
export class RunMeasurement {
  private readonly response: Timing;
  private readonly execution: Timing;

  constructor(recorder: SloRecorder, claim: RunClaim) {
    const { attempt, waitedMs, readyMs, prefix, hasSpoken, overdueFor, lostMs } = claim;
    const begin = (slo: RunSlo, spentMs: number): Timing => {
      const deadlineMs = deadlineOf(slo);
      const isCounted = overdueFor.includes(slo);
      if (spentMs < deadlineMs && !isCounted) return recorder.time(slo, deadlineMs - spentMs);
      const isUnjudged = attempt === 1 || (lostMs !== null && spentMs - deadlineMs < lostMs);
      if (isUnjudged && !isCounted) recorder.bad(slo);
      return JUDGED;
    };
    // Where people have seen a text, kept or not, there is no first word to say.
    this.response = prefix.length === 0 && !hasSpoken ? begin('chat-response-time', waitedMs) : JUDGED;
    this.execution = begin('agent-execution', readyMs);
  }

  /** The agent said its first word. */
  firstToken(): void {
    this.response.good();
  }

  /** The run is over, and that is committed. An answer without a word counts as given, unless it failed. */
  ended(outcome: RunOutcome): void {
    for (const timing of [this.response, this.execution]) {
      if (outcome === 'completed') timing.good();
      else if (outcome === 'failed') timing.bad();
      else timing.exclude();
    }
  }

  /** This attempt is over; if it has not ended the run, another one goes on, and judges. */
  handedOver(): void {
    this.response.exclude();
    this.execution.exclude();
  }
}
