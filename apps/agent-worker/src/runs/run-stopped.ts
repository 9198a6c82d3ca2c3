/**
 * Why an attempt stops before its agent is done: people `cancelled` it; it ran out of time (`timeout`); this process
 * shuts down (`released`); or it is no longer ours (`lost`), because a higher attempt exists, the run has ended, or
 * Postgres was away for so long that nobody can tell.
 */
export type StopReason = 'cancelled' | 'timeout' | 'released' | 'lost';

/** Reason of a run's abort signal. */
export class RunStopped extends Error {
  override readonly name = 'RunStopped';

  constructor(readonly reason: StopReason) {
    super(`the attempt stopped: ${reason}`);
  }
}
