import type { RedisConnections } from '@holdfast/redis';
import { ENTRY_TTL_MS, writeEntry } from './entry.js';
import { countIgnored, isForeignType } from './ignored.js';
import type { RedisInstanceRegistry } from './instance-registry.redis.js';
import { settle, type PendingUser } from './pending-users.js';

/** Connections of one user at one instance that are named. */
const MAX_NAMED = 100;

/**
 * Writes entries of users under this instance's lease. First the lease's index, from which a survivor cleans up, then
 * the entry; in the other order when one is taken back. So what is in Redis under a lease is found by its index, unless a
 * survivor cleaned up in between, because the lease had ended without this instance noticing yet: then the next write,
 * under the new lease, takes back what the old one left.
 */
export class ConnectionWriter {
  constructor(
    private readonly redis: RedisConnections,
    private readonly instance: RedisInstanceRegistry,
    private readonly connectionsOf: (ref: string) => ReadonlySet<string> | undefined,
  ) {}

  /** Never rejects. @returns those whose entry is not known to be written. */
  async write(batch: readonly PendingUser[]): Promise<readonly PendingUser[]> {
    const { lease } = this.instance;
    if (!(await this.#index(lease, batch))) return batch;
    const written = await Promise.all(batch.map((pending) => this.#entry(lease, pending)));
    await this.#unindex(lease, batch);
    return batch.filter((_, index) => written[index] === false);
  }

  async #index(lease: string, batch: readonly PendingUser[]): Promise<boolean> {
    const present = batch.filter(({ ref }) => this.connectionsOf(ref) !== undefined).map(({ ref }) => ref);
    if (present.length === 0) return true;
    const { command, keys } = this.redis;
    const key = keys.leaseUsers(lease);
    try {
      await Promise.all([command.sadd(key, ...present), command.pexpire(key, ENTRY_TTL_MS)]);
      return true;
    } catch (error) {
      if (isForeignType(error)) {
        countIgnored();
        await command.del(key).catch(() => 0);
      }
      return false;
    }
  }

  async #entry(lease: string, { user, ref, waiters }: PendingUser): Promise<boolean> {
    const ids = [...(this.connectionsOf(ref) ?? [])].slice(0, MAX_NAMED);
    try {
      const changed = await writeEntry(this.redis, user, { lease, ids, former: this.instance.formerLeases });
      settle(waiters, changed ? (ids.length > 0 ? 'came' : 'went') : undefined);
      return true;
    } catch {
      return false;
    }
  }

  /** An index that names too many is harmless. */
  async #unindex(lease: string, batch: readonly PendingUser[]): Promise<void> {
    const gone = batch.filter(({ ref }) => this.connectionsOf(ref) === undefined).map(({ ref }) => ref);
    const { command, keys } = this.redis;
    if (gone.length > 0) await command.srem(keys.leaseUsers(lease), ...gone).catch(() => 0);
  }
}
