export interface OverdueRunsOptions {
  /** Where what is counted belongs. */
  readonly region: string;
}

/** Injection token of {@link OverdueRunsOptions}. */
export const OVERDUE_RUNS = Symbol('OVERDUE_RUNS');
