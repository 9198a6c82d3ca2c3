/** What a connection is for; decides how it behaves while Redis is away. */
export type RedisRole = 'command' | 'publish' | 'subscribe' | 'transport' | 'queue' | 'worker';

interface RolePolicy {
  /** Whether commands wait for a connection; where they do not, they fail at once. */
  readonly enableOfflineQueue: boolean;
  /** Reconnections that a sent command outlives; null is endless. */
  readonly maxRetriesPerRequest: number | null;
  /** Deadline of one command, in ms; null for connections that block on purpose. */
  readonly commandTimeout: number | null;
  /** Uses the queue's own Redis where one is configured. */
  readonly queue: boolean;
}

const FAIL_FAST = { enableOfflineQueue: false, maxRetriesPerRequest: 0, queue: false } as const;

/** Policies as data: only a BullMQ worker waits for Redis, everybody else has something better to do. */
export const ROLE_POLICIES: Readonly<Record<RedisRole, RolePolicy>> = {
  command: { ...FAIL_FAST, commandTimeout: 1_000 },
  publish: { ...FAIL_FAST, commandTimeout: 1_000 },
  subscribe: { ...FAIL_FAST, commandTimeout: 2_000 },
  transport: { ...FAIL_FAST, commandTimeout: 2_000 },
  queue: { ...FAIL_FAST, commandTimeout: 2_000, queue: true },
  worker: { enableOfflineQueue: true, maxRetriesPerRequest: null, commandTimeout: null, queue: true },
};
