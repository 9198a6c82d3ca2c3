import type { Logger } from '@holdfast/observability';
import type { AlertPolicy } from '@holdfast/slo';

export interface EvaluationOptions {
  /** Between two evaluations, in ms. */
  readonly everyMs: number;
  readonly policy: AlertPolicy;
  readonly logger: Logger;
}

/** Injection token of {@link EvaluationOptions}. */
export const EVALUATION = Symbol('EVALUATION');
