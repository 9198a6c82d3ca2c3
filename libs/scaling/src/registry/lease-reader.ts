import type { AppName, InstanceDetail } from '@holdfast/contracts';
import type { RedisConnections } from '@holdfast/redis';
import { parseHeartbeat } from './heartbeat.js';
import { countIgnored } from './ignored.js';
import type { Census } from './instance-registry.port.js';
import { LEASES } from './lease-scripts.js';
import { parseLease } from './lease.js';

const MAX_LISTED = 1_000;
/** Leases that are looked at in one step for ended ones, those with the oldest heartbeats first. */
const PAGE = 100;
/** Steps of one look. */
const MAX_PAGES = 10;

/** Reads the list of leases. Its methods reject if Redis does not answer in time. */
export class LeaseReader {
  constructor(private readonly connections: RedisConnections) {}

  async census(): Promise<Census> {
    const { command, keys } = this.connections;
    const answer = (await command.eval(LEASES, 1, keys.instances, MAX_LISTED)) as string[];
    const now = Number(answer[0]);
    const beats = Array.from({ length: (answer.length - 1) / 2 }, (_, index) => {
      return { lease: answer[1 + 2 * index] ?? '', at: Number(answer[2 + 2 * index]) };
    });
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
   * Some leases of an app that ended and are still listed. Those of apps of which nobody is left stay on the list and are
   * passed by; what is no lease is taken off it.
   */
  async ended(app: AppName): Promise<string[]> {
    const { command, keys } = this.connections;
    let start = 0;
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const listed = await command.zrange(keys.instances, start, start + PAGE - 1);
      const words = await this.#words(listed);
      const ended = listed.filter((_, index) => (words[index] ?? null) === null);
      const foreign = ended.filter((lease) => parseLease(lease) === undefined);
      if (foreign.length > 0) countIgnored(await command.zrem(keys.instances, ...foreign));
      const own = ended.filter((lease) => parseLease(lease)?.app === app);
      // Whoever comes after living ones has a later heartbeat, and lives as well.
      if (own.length > 0 || ended.length === 0 || listed.length < PAGE) return own;
      start += PAGE - foreign.length;
    }
    return [];
  }

  async #words(leases: readonly string[]): Promise<(string | null)[]> {
    const { command, keys } = this.connections;
    // All under one hash tag, as a command of several keys needs it on a cluster.
    return leases.length === 0 ? [] : command.mget(leases.map((lease) => keys.instance(lease)));
  }
}
