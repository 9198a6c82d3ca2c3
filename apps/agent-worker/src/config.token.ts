import type { Config } from '@holdfast/config';

/** Injection token of the process's {@link WorkerConfig}. */
export const WORKER_CONFIG = Symbol('WORKER_CONFIG');

/** What the worker's parts need of the configuration. */
export type WorkerConfig = Config['worker'] & {
  readonly instanceId: string;
  /** Longest time of the whole shutdown, in ms. */
  readonly shutdownTimeoutMs: number;
  /** Part of it that passes before anything is ended, in ms. */
  readonly shutdownGraceMs: number;
};
