import { metrics, type Logger } from '@holdfast/observability';
import type { Phase, StepReport } from '../plan/step.js';
import type { ShutdownReport } from './shutdown-report.js';

/** Logs and measures one phase that is over. */
export function logPhase(logger: Logger, phase: Phase, reports: readonly StepReport[]): void {
  const ms = Math.max(0, ...reports.map((report) => report.ms));
  const bad = reports.filter(({ outcome }) => outcome !== 'done');
  const outcome = bad.length === 0 ? 'done' : 'incomplete';
  metrics.histogram('holdfast_shutdown_phase_seconds').observe({ phase, outcome }, ms / 1_000);
  logger.info({ phase, outcome, ms }, 'shutdown phase over');
  for (const { name, error, ...step } of bad) {
    logger.error({ step: name, ...step, ...(error === undefined ? {} : { err: error }) }, 'shutdown step incomplete');
  }
}

/** Logs a whole shutdown as one line. */
export function logReport(logger: Logger, report: ShutdownReport, message: string): void {
  logger[report.abandoned.length === 0 ? 'info' : 'warn']({ ...report }, message);
}
