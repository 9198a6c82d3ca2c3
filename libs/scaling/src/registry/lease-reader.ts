import type { AppName, InstanceDetail } from '@holdfast/contracts';
import type { RedisConnections } from '@holdfast/redis';
import { parseHeartbeat } from './heartbeat.js';
import { countIgnored } from './ignored.js';
import type { Census } from './instance-registry.port.js';
import { NEWEST, OLDEST } from './lease-scripts.js';
import { parseLease } from './lease.js';

const MAX_LISTED = 1_000;
/** Leases that are looked at in one step for ended ones, those with the oldest heartbeats first. */
const PAGE = 100;
/** Steps of one look. */
const MAX_PAGES = 10;
/** Time after which a lease of an app of which nobody is left is forgotten, in ms; what it registered lives much shorter. */
const FORGET_AFTER_MS = 86_400_000;

/** A lease as it is listed. */
interface Listed {
  readonly lease: string;
  /** Time of its last heartbeat in Redis' own clock, in ms; 0 for one that was found to have ended. */
  readonly at: number;
}

/** Reads the list of leases. Its methods reject if Redis does not answer in time. */
export class LeaseReader {
  /** Rank at which the next look for ended leases begins. */
  #start = 0;

  constructor(private readonly connections: RedisConnections) {}

  async census(): Promise<Census> {
    const { now, listed: beats } = await this.#list(NEWEST, MAX_LISTED);
    const words = await this.#words(beats.map(({ lease }) => lease));
    const instances = new Map<string, InstanceDetail>();
    const stale = new Set<string>();
    for (const [index, { lease, at }] of beats.entries()) {
      const owner = parseLease(lease);
      if (owner === undefined) {
        countIgnored();
        continue;
      }
      const text = words[index] ?? null;
      const heartbeat = text === null ? undefined : parseHeartbeat(text);
      if (text === null) stale.add(owner.instanceId);
      // The newest comes first: an instance that started again under its id hides what is left of its predecessor.
      else if (heartbeat !== undefined && !instances.has(heartbeat.instanceId))
        instances.set(heartbeat.instanceId, { ...heartbeat, ageMs: Math.max(0, now - at) });
    }
    return { instances: [...instances.values()], stale: [...stale].filter((id) => !instances.has(id)) };
  }

  /**
   * Some leases of an app that ended and are still listed. A look takes so many steps at most, and the next one goes on
   * where it stopped, at last from the beginning: whatever else is on the list, a few looks see all of it. Those of other
   * apps are left to these; off the list goes what is no lease, and what is so old that nobody will come for it.
   */
  async ended(app: AppName): Promise<string[]> {
    let hasBeginning = this.#start === 0;
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const { now, listed } = await this.#list(OLDEST, this.#start, this.#start + PAGE - 1);
      const words = await this.#words(listed.map(({ lease }) => lease));
      const ended = listed.filter((_, index) => (words[index] ?? null) === null);
      const own = ended.filter(({ lease }) => parseLease(lease)?.app === app).map(({ lease }) => lease);
      const gone = await this.#tidy(
        ended.filter(({ lease }) => !own.includes(lease)),
        now,
      );
      // Whoever comes after living ones has a later heartbeat, and lives as well.
      const isLast = ended.length === 0 || listed.length < PAGE;
      this.#start = isLast ? 0 : this.#start + PAGE - gone;
      if (own.length > 0 || (isLast && hasBeginning)) return own;
      hasBeginning ||= isLast;
    }
    return [];
  }

  /** Takes off the list what nobody will clean up. @returns how many. */
  async #tidy(ended: readonly Listed[], now: number): Promise<number> {
    const { command, keys } = this.connections;
    const foreign = ended.filter(({ lease }) => parseLease(lease) === undefined).map(({ lease }) => lease);
    if (foreign.length > 0) countIgnored(await command.zrem(keys.instances, ...foreign));
    const old = ended.filter(({ lease, at }) => at > 0 && now - at > FORGET_AFTER_MS && !foreign.includes(lease));
    // One by one: on a cluster they are in different places.
    const hasUsers = await Promise.all(old.map(({ lease }) => command.exists(keys.leaseUsers(lease))));
    const forgotten = old.filter((_, index) => hasUsers[index] === 0).map(({ lease }) => lease);
    if (forgotten.length > 0) await command.zrem(keys.instances, ...forgotten);
    return foreign.length + forgotten.length;
  }

  async #list(
    script: string,
    ...ranks: number[]
  ): Promise<{ readonly now: number; readonly listed: readonly Listed[] }> {
    const { command, keys } = this.connections;
    const [now, ...pairs] = (await command.eval(script, 1, keys.instances, ...ranks)) as string[];
    const listed = Array.from({ length: pairs.length / 2 }, (_, index) => {
      return { lease: pairs[2 * index] ?? '', at: Number(pairs[2 * index + 1]) };
    });
    return { now: Number(now), listed };
  }

  async #words(leases: readonly string[]): Promise<(string | null)[]> {
    const { command, keys } = this.connections;
    // All under one hash tag, as a command of several keys needs it on a cluster.
    return leases.length === 0 ? [] : command.mget(leases.map((lease) => keys.instance(lease)));
  }
}
