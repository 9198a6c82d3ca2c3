import type { Logger } from '@holdfast/observability';
import type { Phase, Step, StepReport } from '../plan/step.js';
import type { ProcessPort } from '../process/process-port.js';
import { logPhase, logReport } from '../report/log-report.js';
import { ReportBuilder } from '../report/report-builder.js';
import type { ShutdownReport } from '../report/shutdown-report.js';
import type { Clock } from './clock.js';
import { HASTENED_MS, Sequence, type SequenceObserver } from './sequence.js';

/** How long after its budget a shutdown that hangs is cut off, in ms; as much again, and its thread guard does it. */
const WATCHDOG_MS = 500;

export interface TerminationOptions {
  /** The signal, or the fault, that begins it. */
  readonly reason: string;
  /** Exit code if everything goes well. */
  readonly exitCode: number;
  readonly budgetMs: number;
  readonly clock: Clock;
  readonly process: ProcessPort;
  readonly logger: Logger;
}

/** The one way from the first signal to the exit of the process, watched from the outside. */
export class Termination implements SequenceObserver {
  private readonly builder: ReportBuilder;
  private sequence: Sequence | undefined;
  private cancelWatchdog: () => void = () => undefined;
  private forcedCode: number | undefined;
  private faulted = false;

  constructor(private readonly options: TerminationOptions) {
    this.builder = new ReportBuilder(options.reason, options.clock);
  }

  /** What has happened until now, with the exit code as it stands. */
  get report(): ShutdownReport {
    const clean = this.builder.isClean && !this.faulted;
    return this.builder.build(this.forcedCode ?? (clean ? this.options.exitCode : 1));
  }

  /** Runs all phases and exits: after a second signal with its code, with 1 if something was abandoned, else as given. */
  async begin(steps: readonly Step[]): Promise<void> {
    const { reason, budgetMs, clock, logger, process } = this.options;
    logger.info({ reason, budgetMs }, 'shutting down');
    process.guard?.(budgetMs + 2 * WATCHDOG_MS);
    this.watch(budgetMs, 1);
    this.sequence = new Sequence(steps, { budgetMs, clock, observer: this });
    await this.sequence.begin();
    this.cancelWatchdog();
    this.exit(this.report, 'shut down');
  }

  /** Another signal: the first time closes what has to be closed within a second, the next one exits at once. */
  hasten(exitCode: number): void {
    const { logger } = this.options;
    if (this.forcedCode !== undefined) {
      this.exit(this.report, 'third signal: left at once');
      return;
    }
    this.forcedCode = exitCode;
    logger.warn({ exitCode }, 'second signal: hastening');
    this.watch(HASTENED_MS, exitCode);
    this.sequence?.hasten();
  }

  /** Something failed that nobody caught: whatever else goes well, the end is not clean. */
  fault(): void {
    this.faulted = true;
  }

  phaseBegan(phase: Phase): void {
    this.builder.phaseBegan(phase);
  }

  stepBegan(step: Step): void {
    this.builder.stepBegan(step);
  }

  stepEnded(report: StepReport): void {
    this.builder.stepEnded(report);
  }

  phaseEnded(phase: Phase, reports: readonly StepReport[]): void {
    this.builder.phaseEnded(phase);
    logPhase(this.options.logger, phase, reports);
  }

  private watch(budgetMs: number, exitCode: number): void {
    this.cancelWatchdog();
    this.cancelWatchdog = this.options.clock.after(budgetMs + WATCHDOG_MS, () => {
      this.exit({ ...this.report, exitCode }, 'shutdown hangs: cut off');
    });
  }

  private exit(report: ShutdownReport, message: string): void {
    logReport(this.options.logger, report, message);
    this.options.process.exit(report.exitCode);
  }
}
