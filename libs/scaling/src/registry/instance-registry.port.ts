import type { InstanceDetail } from '@holdfast/contracts';

/** What an instance says about itself at each heartbeat. */
export interface InstanceLoad {
  /** Live sockets. */
  readonly connections: number;
  /** Bytes accepted for clients that the network has not taken yet. */
  readonly outboundBytes: number;
}

/** Who runs, and who stopped without a word. */
export interface Census {
  /** Instances whose heartbeat is recent, this one included. */
  readonly instances: readonly InstanceDetail[];
  /** Ids of those that missed three heartbeats and whose connections nobody has cleaned up yet. */
  readonly stale: readonly string[];
}

/** Who is running now, as far as their heartbeats tell. A register for people and for pacing, never for correctness. */
export abstract class InstanceRegistry {
  /** Sets what this instance reports as its load; called at each heartbeat. */
  abstract reportLoad(load: () => InstanceLoad): void;

  /** `unavailable` if Redis does not answer in time. */
  abstract census(): Promise<Census | 'unavailable'>;

  /** The instances of {@link census}. */
  abstract list(): Promise<readonly InstanceDetail[] | 'unavailable'>;
}
