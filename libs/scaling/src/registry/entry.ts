import type { RedisConnections } from '@holdfast/redis';
import type { UserTarget } from '../rooms.js';

/** Longest life of an entry that nobody refreshes, in ms; three rounds over all users. */
export const ENTRY_TTL_MS = 1_800_000;

/**
 * Makes one user's entry what the owner of a lease says, however often it says so. The owner's word replaces a value
 * that is no registry entry.
 *
 * KEYS: user. ARGV: lease, ids of connections ('' = none), ttl in ms, leases to forget. Answers 1 if the user came or went
 * by it.
 */
const WRITE = `local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'hash' and kind ~= 'none' then redis.call('DEL', KEYS[1]) end
local before = redis.call('EXISTS', KEYS[1])
for i = 4, #ARGV do redis.call('HDEL', KEYS[1], ARGV[i]) end
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  return (before == 1 and redis.call('EXISTS', KEYS[1]) == 0) and 1 or 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return before == 0 and 1 or 0`;

/** What is registered under one lease. */
export interface EntryPart {
  readonly lease: string;
  readonly ids: readonly string[];
  /** Earlier leases of the same instance, nothing of which may stay. */
  readonly former?: readonly string[];
}

/**
 * Sets what a user's entry says of one lease; no ids take it back. A script of one key, as a cluster needs it.
 * @returns whether the user came or went by it.
 */
export async function writeEntry(
  { command, keys }: RedisConnections,
  { tenantId, userId }: UserTarget,
  { lease, ids, former = [] }: EntryPart,
): Promise<boolean> {
  const key = keys.connections(tenantId, userId);
  return (await command.eval(WRITE, 1, key, lease, ids.join(' '), ENTRY_TTL_MS, ...former)) === 1;
}
