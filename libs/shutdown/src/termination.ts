import type { Logger } from '@holdfast/observability';
import type { Clock } from './clock.js';
import type { ProcessPort } from './process-port.js';
import { reportPhase } from './report-phase.js';
import { HASTENED_MS, Sequence } from './sequence.js';
import type { Step } from './step.js';

/** How long after its budget a shutdown that hangs is cut off, in ms. */
const WATCHDOG_MS = 500;

export interface TerminationOptions {
  readonly steps: readonly Step[];
  readonly budgetMs: number;
  readonly clock: Clock;
  readonly process: ProcessPort;
  readonly logger: Logger;
}

/** The one way from the first signal to the exit of the process, watched from the outside. */
export class Termination {
  private readonly sequence: Sequence;
  private cancelWatchdog: () => void = () => undefined;
  private forcedCode: number | undefined;

  constructor(private readonly options: TerminationOptions) {
    const { steps, budgetMs, clock, logger } = options;
    this.sequence = new Sequence(steps, {
      budgetMs,
      clock,
      onPhase: (phase, reports) => {
        reportPhase(logger, phase, reports);
      },
    });
  }

  /** Runs all phases and exits: with `exitCode` if everything went well and it is not 0, else with 0 or 1. */
  async begin(reason: string, exitCode: number): Promise<void> {
    const { budgetMs, logger, process } = this.options;
    logger.info({ reason, budgetMs }, 'shutting down');
    this.watch(budgetMs, 1);
    const reports = await this.sequence.begin();
    this.cancelWatchdog();
    const clean = reports.every(({ outcome }) => outcome === 'done');
    const code = this.forcedCode ?? (clean ? exitCode : 1);
    logger.info({ reason, exitCode: code }, 'shut down');
    process.exit(code);
  }

  /** Another signal: the first time closes what has to be closed within a second, the next one exits at once. */
  hasten(exitCode: number): void {
    const { logger, process } = this.options;
    if (this.forcedCode !== undefined) {
      process.exit(exitCode);
      return;
    }
    this.forcedCode = exitCode;
    logger.warn({ exitCode }, 'second signal: hastening');
    this.watch(HASTENED_MS, exitCode);
    this.sequence.hasten();
  }

  private watch(budgetMs: number, exitCode: number): void {
    const { clock, logger, process } = this.options;
    this.cancelWatchdog();
    this.cancelWatchdog = clock.after(budgetMs + WATCHDOG_MS, () => {
      logger.fatal({ budgetMs, exitCode }, 'shutdown hangs: cut off');
      process.exit(exitCode);
    });
  }
}
