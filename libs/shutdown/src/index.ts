export { closingMs } from './plan/budgets.js';
export { REPORT_STEP } from './plan/plan.js';
export { PHASES, type Phase, type StepContext, type StepFn, type StepOptions } from './plan/step.js';
export { endOnSignal } from './process/boot-signals.js';
export type { ProcessPort } from './process/process-port.js';
export type { Abandoned, PhaseEntry, ShutdownReport, StepEntry } from './report/shutdown-report.js';
export type { Clock } from './run/clock.js';
export { ShutdownModule } from './shutdown.module.js';
export { Shutdown, type Closable, type InstallOptions, type ReportKeeper } from './shutdown.service.js';
