import type { RunOutcome } from '@holdfast/contracts';
import { deadlineOf } from '@holdfast/slo';
import type { SloRecorder, Timing } from '@holdfast/slo-recorder';
import type { RunClaim } from './run-store.port.js';

const FIRST_TOKEN_MS = deadlineOf('chat-response-time');
const EXECUTION_MS = deadlineOf('agent-execution');

const JUDGED: Timing = { good: () => undefined, bad: () => undefined, exclude: () => undefined };

/**
 * What an attempt contributes to the SLOs of answers. Each run is judged once: at its deadline, or when it ends before. An
 * attempt that takes a run over after its deadline finds it judged by the one before; only a first claim that comes too
 * late itself is counted at once, unless the SLO service has counted it while nobody claimed it.
 */
export class RunMeasurement {
  private readonly response: Timing;
  private readonly execution: Timing;

  constructor(recorder: SloRecorder, { attempt, waitedMs, elapsedMs, prefix, overdueFor }: RunClaim) {
    const isLate = waitedMs >= FIRST_TOKEN_MS;
    if (isLate && attempt === 1 && !overdueFor.includes('chat-response-time')) recorder.bad('chat-response-time');
    const isOpen = !isLate && prefix.length === 0;
    this.response = isOpen ? recorder.time('chat-response-time', FIRST_TOKEN_MS - waitedMs) : JUDGED;
    const executes = elapsedMs < EXECUTION_MS && !overdueFor.includes('agent-execution');
    this.execution = executes ? recorder.time('agent-execution', EXECUTION_MS - elapsedMs) : JUDGED;
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
