import { partsLength } from '@holdfast/contracts';
import type { RunClaim } from './run-store.port.js';
import { RunOutput } from './run-output.js';
import { RunStopped, type StopReason } from './run-stopped.js';

/** Units of one run that may wait for their commit. */
const OUTPUT_BOUND = 16_384;

/** A run that executes here. The first stop counts; later ones change nothing. */
export class LiveRun {
  readonly output: RunOutput;
  /** When the lease was last known to be ours, by the monotonic clock. */
  renewedAt = performance.now();
  /** When the committer last asked for it. */
  visitedAt = 0;
  /** Asks the committer to look at the run's row now. */
  hurried = false;
  private readonly controller = new AbortController();

  constructor(readonly claim: RunClaim) {
    this.output = new RunOutput(partsLength(claim.prefix), OUTPUT_BOUND);
  }

  /** Fires when the attempt has to stop; its reason is a {@link RunStopped}. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get stopped(): StopReason | undefined {
    const reason: unknown = this.signal.reason;
    return reason instanceof RunStopped ? reason.reason : undefined;
  }

  stop(reason: StopReason): void {
    this.controller.abort(new RunStopped(reason));
  }
}
