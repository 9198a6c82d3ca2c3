import type { InstanceInfo } from '@holdfast/contracts';

/** What an instance says about itself at each heartbeat. */
export interface InstanceLoad {
  /** Live sockets. */
  readonly connections: number;
}

/** Who is running now, as far as their heartbeats tell. A register for people and for pacing, never for correctness. */
export abstract class InstanceRegistry {
  /** Sets what this instance reports as its load; called at each heartbeat. */
  abstract reportLoad(load: () => InstanceLoad): void;

  /** The instances whose heartbeat is recent, this one included; `unavailable` if Redis does not answer in time. */
  abstract list(): Promise<readonly InstanceInfo[] | 'unavailable'>;
}
