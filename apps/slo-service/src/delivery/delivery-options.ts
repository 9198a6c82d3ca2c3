import type { Config } from '@holdfast/config';

/** What the delivery of alerts needs to know. */
export interface DeliveryOptions {
  readonly environment: Config['service']['environment'];
  /** Part of every key: the same SLO in another region is another alert. */
  readonly region: string;
  readonly alerts: Config['alerts'];
  /** Longest time of the whole shutdown, in ms. */
  readonly shutdownTimeoutMs: number;
  /** Other times than the usual ones, for tests. */
  readonly times?: Partial<DeliveryTimes>;
}

/** Times in ms. */
export interface DeliveryTimes {
  /** Between two looks for notices that wait. */
  readonly pollMs: number;
  /** Between two looks for what became overdue. */
  readonly sweepMs: number;
  /** Hold of a replica on a notice that it sends. */
  readonly leaseMs: number;
  /** One try, from the look-up of the name to the end of the answer. */
  readonly sendMs: number;
  readonly firstBackoffMs: number;
  readonly maxBackoffMs: number;
  /** How long a notice is tried. */
  readonly giveUpMs: number;
  /** When a critical one that is not delivered goes to the fallback too. */
  readonly fallbackMs: number;
  /** Between two reminders of Alertmanager. */
  readonly remindMs: number;
  /** How long a group's first notices, and critical ones at any time, wait for others. */
  readonly groupWaitMs: number;
  /** Between two messages of a group. */
  readonly groupIntervalMs: number;
  /** Between two messages of a group of which nothing new is to be told. */
  readonly repeatMs: number;
}

/** The usual ones; those of groups are configured. */
export const DELIVERY_TIMES: Omit<DeliveryTimes, 'groupWaitMs' | 'groupIntervalMs' | 'repeatMs'> = {
  pollMs: 1_000,
  sweepMs: 5_000,
  leaseMs: 30_000,
  sendMs: 10_000,
  firstBackoffMs: 1_000,
  maxBackoffMs: 300_000,
  giveUpMs: 86_400_000,
  fallbackMs: 180_000,
  remindMs: 60_000,
};
