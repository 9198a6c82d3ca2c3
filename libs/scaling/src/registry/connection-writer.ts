import { isForeignType, type RedisConnections } from '@holdfast/redis';
import type { UserTarget } from '../rooms.js';
import { ENTRY_TTL_MS, writeEntry } from './entry.js';
import { countIgnored } from './ignored.js';
import type { RedisInstanceRegistry } from './instance-registry.redis.js';
import { settle, type PendingUser } from './pending-users.js';
import { parseUserRef } from './user-ref.js';

/** Connections of one user at one instance that are named. */
const MAX_NAMED = 100;
/** Users of the index that are read in one step. */
const PAGE = 200;

/** What is written of a user, as it was when the batch began: index and entry have to tell the same. */
interface Writing {
  readonly pending: PendingUser;
  readonly ids: readonly string[];
}

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
    const writings = batch.map((pending) => {
      return { pending, ids: [...(this.connectionsOf(pending.ref) ?? [])].slice(0, MAX_NAMED) };
    });
    if (!(await this.#index(lease, writings))) return batch;
    const written = await Promise.all(writings.map((writing) => this.#entry(lease, writing)));
    await this.#unindex(
      lease,
      writings.filter((_, index) => written[index] === true),
    );
    return batch.filter((_, index) => written[index] === false);
  }

  /** Calls `visit` with everybody whom the lease's index names, perhaps twice. Rejects if Redis does not answer in time. */
  async visitIndex(visit: (user: UserTarget) => void): Promise<void> {
    const { command, keys } = this.redis;
    const key = keys.leaseUsers(this.instance.lease);
    let cursor = '0';
    do {
      const [next, refs] = await command.sscan(key, cursor, 'COUNT', PAGE);
      for (const user of refs.map((ref) => parseUserRef(ref))) if (user !== undefined) visit(user);
      cursor = next;
    } while (cursor !== '0');
  }

  async #index(lease: string, writings: readonly Writing[]): Promise<boolean> {
    const present = writings.filter(({ ids }) => ids.length > 0).map(({ pending }) => pending.ref);
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

  async #entry(lease: string, { pending: { user, waiters }, ids }: Writing): Promise<boolean> {
    try {
      const changed = await writeEntry(this.redis, user, { lease, ids, former: this.instance.formerLeases });
      settle(waiters, changed ? (ids.length > 0 ? 'came' : 'went') : undefined);
      return true;
    } catch {
      return false;
    }
  }

  /** An index that names too many is harmless. */
  async #unindex(lease: string, writings: readonly Writing[]): Promise<void> {
    const gone = writings.filter(({ ids }) => ids.length === 0).map(({ pending }) => pending.ref);
    const { command, keys } = this.redis;
    if (gone.length > 0) await command.srem(keys.leaseUsers(lease), ...gone).catch(() => 0);
  }
}
