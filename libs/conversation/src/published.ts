import type { LogEvent } from '@holdfast/contracts';

/** Committed log entries of one thread, with what a fan-out needs to address the right room. */
export interface Published {
  readonly tenantId: string;
  readonly threadId: string;
  readonly memberVersion: number;
  readonly epoch: string;
  /** Contiguous and in order; empty if only the members or the state of the thread changed. */
  readonly events: readonly LogEvent[];
}
