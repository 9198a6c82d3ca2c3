export type { Clock } from './clock.js';
export type { ProcessPort } from './process-port.js';
export { ShutdownModule } from './shutdown.module.js';
export { Shutdown, type Closable, type InstallOptions } from './shutdown.service.js';
export { PHASES, type Phase, type StepContext, type StepFn, type StepOptions } from './step.js';
