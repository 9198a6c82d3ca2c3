import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CEILINGS } from '@holdfast/contracts';
import type { RedisConnections } from '@holdfast/redis';
import type { UserTarget } from '../rooms.js';
import { CONNECT, DISCONNECT, ONLINE } from './presence-scripts.js';

interface LocalUser extends UserTarget {
  readonly connections: Set<string>;
}

/** How long a connection counts without a refresh, in ms. */
const TTL_MS = 45_000;
const REFRESH_EVERY_MS = 15_000;
const REFRESH_BATCH = 100;

/**
 * Who is connected, by expiring entries in Redis. It decides nothing: every operation fails soft, and without Redis
 * nobody seems to be online.
 */
@Injectable()
export class Presence implements OnApplicationBootstrap {
  readonly #users = new Map<string, LocalUser>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly connections: RedisConnections,
    private readonly instanceId: string,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => void this.refresh(), REFRESH_EVERY_MS).unref();
    this.connections.onStateChange((state) => {
      if (state === 'up') void this.refresh();
    });
    this.connections.beforeClose(() => this.#leave());
  }

  /** A socket of the user came. @returns whether the user was offline before; false as well if Redis does not tell. */
  async connected(user: UserTarget, connectionId: string): Promise<boolean> {
    const local = this.#users.get(this.#key(user)) ?? { ...user, connections: new Set() };
    this.#users.set(this.#key(user), local);
    local.connections.add(connectionId);
    return this.#run(CONNECT, user, [TTL_MS, this.#member(connectionId)]);
  }

  /** A socket of the user went. @returns whether it was the last one; false as well if Redis does not tell. */
  async disconnected(user: UserTarget, connectionId: string): Promise<boolean> {
    const local = this.#users.get(this.#key(user));
    local?.connections.delete(connectionId);
    if (local?.connections.size === 0) this.#users.delete(this.#key(user));
    return this.#run(DISCONNECT, user, [this.#member(connectionId)]);
  }

  /** Which of the users are connected anywhere; nobody if Redis does not answer within a second. */
  async online(tenantId: string, userIds: readonly string[]): Promise<string[]> {
    const asked = userIds.slice(0, CEILINGS.presenceUsers);
    const answers = await Promise.all(asked.map((userId) => this.#run(ONLINE, { tenantId, userId }, [])));
    return asked.filter((_, index) => answers[index]);
  }

  /** Renews every entry of this instance, a batch at a time. */
  async refresh(): Promise<void> {
    const users = [...this.#users.values()];
    for (let start = 0; start < users.length; start += REFRESH_BATCH) {
      const batch = users.slice(start, start + REFRESH_BATCH);
      await Promise.all(
        batch.map((user) => {
          const members = [...user.connections].map((id) => this.#member(id));
          return this.#run(CONNECT, user, [TTL_MS, ...members]);
        }),
      );
      if (this.connections.state === 'down') return;
    }
  }

  async #leave(): Promise<void> {
    clearInterval(this.#timer);
    const entries = [...this.#users.values()].flatMap((user) => [...user.connections].map((id) => ({ user, id })));
    this.#users.clear();
    await Promise.all(entries.map(({ user, id }) => this.#run(DISCONNECT, user, [this.#member(id)])));
  }

  #key({ tenantId, userId }: UserTarget): string {
    return this.connections.keys.presence(tenantId, userId);
  }

  #member(connectionId: string): string {
    return `${this.instanceId}:${connectionId}`;
  }

  async #run(script: string, user: UserTarget, args: (string | number)[]): Promise<boolean> {
    try {
      return (await this.connections.command.eval(script, 1, this.#key(user), ...args)) === 1;
    } catch {
      return false;
    }
  }
}
