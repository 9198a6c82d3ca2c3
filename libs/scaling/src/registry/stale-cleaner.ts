import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { metrics } from '@holdfast/observability';
import { isForeignType, type RedisConnections } from '@holdfast/redis';
import type { UserTarget } from '../rooms.js';
import { writeEntry } from './entry.js';
import { countIgnored } from './ignored.js';
import type { RedisInstanceRegistry } from './instance-registry.redis.js';
import { LeaseReader } from './lease-reader.js';
import { CLAIM, KEEP_CLAIM, SETTLE_CLAIM } from './lease-scripts.js';
import { parseUserRef } from './user-ref.js';

/** Users of one step; the claim is prolonged after each. */
const BATCH = 200;
/** Longest time between two steps, in ms: past it the cleaner is taken for dead, and another goes on where it stopped. */
const CLAIM_MS = 10_000;
/** Longest life of a claim that is taken for one, in ms; leaves room for a release that claims for longer. */
const MAX_CLAIM_MS = 60_000;

type OnOffline = (users: readonly UserTarget[]) => void;

/**
 * Cleans up after instances that stopped without a word.
 *
 *     listed, no heartbeat ──claimed by one──▶ cleaning ──index empty──▶ off the list
 *             ▲                                   │
 *             └────── claim ends: cleaner died ◀──┘
 *
 * Exactly one survivor claims a lease. What is to be cleaned is read from the lease's own index, never by scanning keys.
 * Every step may be repeated: an entry is taken back once, and only who took it back tells that the user went.
 */
@Injectable()
export class StaleCleaner implements OnApplicationBootstrap {
  readonly #reader: LeaseReader;
  readonly #listeners: OnOffline[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<string[]> | undefined;
  #over = false;

  constructor(
    private readonly redis: RedisConnections,
    private readonly instance: RedisInstanceRegistry,
  ) {
    this.#reader = new LeaseReader(redis);
  }

  onApplicationBootstrap(): void {
    this.#schedule();
    this.redis.beforeClose(async () => {
      this.#over = true;
      clearTimeout(this.#timer);
      await this.#sweeping;
    });
  }

  /** Calls `listener` with users that went because their last instance is gone; this survivor is the only one to tell. */
  onOffline(listener: OnOffline): void {
    this.#listeners.push(listener);
  }

  /** Cleans up whatever is left and not claimed by another. Never rejects. @returns the leases it cleaned up. */
  sweep(): Promise<string[]> {
    this.#sweeping ??= this.#sweep()
      .catch(() => [])
      .finally(() => {
        this.#sweeping = undefined;
      });
    return this.#sweeping;
  }

  #schedule(): void {
    const { heartbeatMs } = this.instance.identity;
    this.#timer = setTimeout(
      () => {
        void this.sweep().then(() => {
          if (!this.#over) this.#schedule();
        });
      },
      heartbeatMs * (0.9 + Math.random() / 5),
    ).unref();
  }

  async #sweep(): Promise<string[]> {
    if (!this.instance.isRegistered) return [];
    const cleaned: string[] = [];
    // Instances of the same app know what the users of a lost one have to be told.
    for (const lease of await this.#reader.ended(this.instance.identity.app)) {
      if (this.#over || lease === this.instance.lease) continue;
      const outcome = await this.#clean(lease).catch(() => 'failed' as const);
      if (outcome === 'taken') continue;
      metrics.counter('holdfast_registry_cleanups_total').inc({ outcome });
      if (outcome === 'cleaned') cleaned.push(lease);
    }
    return cleaned;
  }

  async #clean(lease: string): Promise<'cleaned' | 'taken' | 'lost'> {
    const { command, keys } = this.redis;
    const claim = keys.cleaning(lease);
    const me = this.instance.lease;
    const answer = await command.eval(CLAIM, 1, claim, me, CLAIM_MS, MAX_CLAIM_MS);
    if (answer === 0) return 'taken';
    if (answer === 2) countIgnored();
    for (let refs = await this.#some(lease); refs.length > 0; refs = await this.#some(lease)) {
      await this.#forget(lease, refs);
      if (this.#over || (await command.eval(KEEP_CLAIM, 1, claim, me, CLAIM_MS)) !== 1) return 'lost';
    }
    return (await command.eval(SETTLE_CLAIM, 2, claim, keys.instances, me, lease)) === 1 ? 'cleaned' : 'lost';
  }

  async #some(lease: string): Promise<string[]> {
    const { command, keys } = this.redis;
    const key = keys.leaseUsers(lease);
    try {
      return await command.srandmember(key, BATCH);
    } catch (error) {
      if (!isForeignType(error)) throw error;
      countIgnored();
      await command.del(key);
      return [];
    }
  }

  async #forget(lease: string, refs: readonly string[]): Promise<void> {
    const users = refs.map((ref) => parseUserRef(ref)).filter((user) => user !== undefined);
    if (users.length < refs.length) countIgnored();
    const went = await Promise.all(users.map((user) => writeEntry(this.redis, user, { lease, ids: [] })));
    // After the entries: a cleaner that dies in between leaves nothing that is not found again.
    await this.redis.command.srem(this.redis.keys.leaseUsers(lease), ...refs);
    const offline = users.filter((_, index) => went[index] === true);
    if (offline.length > 0) for (const listener of this.#listeners) listener(offline);
  }
}
