import type { Config } from '@holdfast/config';

/** Injection token of the process's {@link WorkerConfig}. */
export const WORKER_CONFIG = Symbol('WORKER_CONFIG');

/** What the worker's parts need of the configuration. */
export type WorkerConfig = Config['worker'] & { readonly instanceId: string; readonly shutdownTimeoutMs: number };
