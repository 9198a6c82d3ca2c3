import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { isForeignType, type RedisConnections } from '@holdfast/redis';
import type { UserTarget } from '../rooms.js';
import { ConnectionRegistry, type Location } from './connection-registry.port.js';
import { ConnectionWriter } from './connection-writer.js';
import { countIgnored } from './ignored.js';
import type { RedisInstanceRegistry } from './instance-registry.redis.js';
import { locationsOf } from './locations-of.js';
import { MAX_PENDING, PendingUsers, settle, type Waiter } from './pending-users.js';
import { userRef } from './user-ref.js';

interface LocalUser {
  readonly user: UserTarget;
  readonly connections: Set<string>;
}

/** Users of one batch of writes or reads. */
const BATCH = 200;
const RETRY_MS = 1_000;
/** Time in which every entry is written once more, in ms: it heals what a failover of Redis lost. */
const ROUND_MS = 600_000;
/** Longest time that others need to register after Redis came back, in ms. */
const MAX_SETTLE_MS = 5_000;
const SETTLE_HEARTBEATS = 3;

/**
 * Keeps the entries of this instance's users in Redis what they are here. What is written is the state, not the change:
 * lost, doubled and late writes do no harm. Writes batch naturally: what changed while one batch is under way is the next.
 */
@Injectable()
export class RedisConnectionRegistry extends ConnectionRegistry implements OnApplicationBootstrap {
  readonly #users = new Map<string, LocalUser>();
  readonly #pending: PendingUsers;
  readonly #writer: ConnectionWriter;
  #round: IterableIterator<LocalUser> = this.#users.values();
  #roundTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #settledAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly redis: RedisConnections,
    private readonly instance: RedisInstanceRegistry,
    maxPending = MAX_PENDING,
  ) {
    super();
    this.#pending = new PendingUsers(maxPending, (ref) => this.#users.has(ref));
    this.#writer = new ConnectionWriter(redis, instance, (ref) => this.#users.get(ref)?.connections);
  }

  onApplicationBootstrap(): void {
    const { heartbeatMs } = this.instance.identity;
    this.#roundTimer = setInterval(() => {
      this.#continueRound(Math.ceil((this.#users.size * heartbeatMs) / ROUND_MS));
    }, heartbeatMs).unref();
    this.instance.onRegistered(() => {
      this.#settledAt = performance.now() + Math.min(MAX_SETTLE_MS, SETTLE_HEARTBEATS * heartbeatMs);
      this.#registerAll();
    });
    this.redis.onStateChange((state) => {
      if (state === 'down') this.#pending.release();
    });
    this.instance.beforeLeaving(() => this.#leave());
  }

  override add(user: UserTarget, connectionId: string): Promise<boolean> {
    const ref = userRef(user);
    const local = this.#users.get(ref) ?? { user, connections: new Set<string>() };
    local.connections.add(connectionId);
    this.#users.set(ref, local);
    return this.#changed(user, 'came');
  }

  override remove(user: UserTarget, connectionId: string): Promise<boolean> {
    const ref = userRef(user);
    const local = this.#users.get(ref);
    local?.connections.delete(connectionId);
    if (local?.connections.size === 0) this.#users.delete(ref);
    return local === undefined ? Promise.resolve(false) : this.#changed(user, 'went');
  }

  override isHere(user: UserTarget): boolean {
    return this.#users.has(userRef(user));
  }

  override get isSettled(): boolean {
    return this.instance.isRegistered && performance.now() >= this.#settledAt;
  }

  override async locate(users: readonly UserTarget[]): Promise<(readonly Location[] | 'unknown')[]> {
    const located: (readonly Location[] | 'unknown')[] = [];
    for (let start = 0; start < users.length; start += BATCH) {
      located.push(...(await Promise.all(users.slice(start, start + BATCH).map((user) => this.#locate(user)))));
    }
    return located;
  }

  async #locate({ tenantId, userId }: UserTarget): Promise<readonly Location[] | 'unknown'> {
    if (this.redis.state === 'down') return 'unknown';
    try {
      return locationsOf(await this.redis.command.hgetall(this.redis.keys.connections(tenantId, userId)));
    } catch (error) {
      if (isForeignType(error)) countIgnored();
      return 'unknown';
    }
  }

  #changed(user: UserTarget, event: Waiter['event']): Promise<boolean> {
    return new Promise((resolve) => {
      const canWrite = this.instance.isRegistered;
      const waits = this.#pending.add(user, canWrite ? { event, resolve } : undefined);
      if (!waits || !canWrite) resolve(false);
      this.#write();
    });
  }

  #registerAll(): void {
    for (const { user } of this.#users.values()) this.#pending.add(user);
    this.#write();
  }

  #continueRound(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      const next = this.#round.next();
      if (next.done === true) {
        this.#round = this.#users.values();
        break;
      }
      this.#pending.add(next.value.user);
    }
    this.#write();
  }

  #write(): void {
    clearTimeout(this.#retryTimer);
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  async #writeAll(): Promise<void> {
    while (this.instance.isRegistered && (this.#pending.size > 0 || (await this.#recall()))) {
      const failed = await this.#writer.write(this.#pending.take(BATCH));
      if (failed.length === 0) continue;
      for (const { user, waiters } of failed) {
        settle(waiters);
        this.#pending.add(user);
      }
      this.#retryTimer = setTimeout(() => {
        this.#write();
      }, RETRY_MS).unref();
      return;
    }
  }

  /** Takes up who went and found no place among those that wait: the lease's index still names them. */
  async #recall(): Promise<boolean> {
    if (!this.#pending.hasRefused) return false;
    this.#pending.hasRefused = false;
    try {
      await this.#writer.visitIndex((user) => {
        if (!this.isHere(user)) this.#pending.add(user);
      });
    } catch {
      this.#pending.hasRefused = true;
    }
    return this.#pending.size > 0;
  }

  async #leave(): Promise<boolean> {
    clearInterval(this.#roundTimer);
    const users = [...this.#users.values()];
    this.#users.clear();
    for (const { user } of users) this.#pending.add(user);
    await this.#writing;
    this.#write();
    await this.#writing;
    clearTimeout(this.#retryTimer);
    return this.#pending.size === 0 && !this.#pending.hasRefused;
  }
}
