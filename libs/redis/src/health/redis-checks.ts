import { randomUUID } from 'node:crypto';
import type { HealthReport } from '@holdfast/health';
import type { RedisClient } from '../open-connection.js';
import type { RoleCount } from '../redis-connections.js';

/** Share of Redis' memory limit above which writes are about to fail. */
const MEMORY = { degraded: 0.85, down: 0.98 } as const;

/** A key of the check disappears by itself if the check dies between its commands, in ms. */
const KEY_TTL_MS = 10_000;

/** Writes, reads and deletes a key of its own. */
export async function keyspace(client: RedisClient, key: string): Promise<HealthReport> {
  const nonce = randomUUID();
  try {
    await client.set(key, nonce, 'PX', KEY_TTL_MS);
    const found = await client.get(key);
    await client.del(key);
    return found === nonce ? { state: 'up' } : { state: 'down', reason: 'missing' };
  } catch (error) {
    return fault(error);
  }
}

/** What the server says about itself: role, eviction and memory. */
export async function server(client: RedisClient): Promise<HealthReport> {
  let info: ReadonlyMap<string, string>;
  try {
    info = parseInfo(await client.info());
  } catch (error) {
    return fault(error);
  }
  const usedBytes = Number(info.get('used_memory') ?? 0);
  const limitBytes = Number(info.get('maxmemory') ?? 0);
  const policy = info.get('maxmemory_policy') ?? 'unknown';
  const role = info.get('role') ?? 'unknown';
  const facts = { role, policy, usedBytes, limitBytes };
  if (role === 'slave') return { state: 'down', reason: 'read-only', facts };
  // With eviction, keys that nobody may lose disappear silently.
  if (policy !== 'noeviction') return { state: 'degraded', reason: 'evicting', facts };
  const share = limitBytes > 0 ? usedBytes / limitBytes : 0;
  if (share >= MEMORY.down) return { state: 'down', reason: 'memory', facts };
  return share >= MEMORY.degraded ? { state: 'degraded', reason: 'memory', facts } : { state: 'up', facts };
}

/** Whether every connection of this process is open. One that comes back by itself is degraded, never down. */
export function connections(counts: ReadonlyMap<string, RoleCount>): HealthReport {
  const facts = Object.fromEntries(
    [...counts].map(([role, { ready, total }]) => [role, `${String(ready)}/${String(total)}`]),
  );
  const allReady = [...counts.values()].every(({ ready, total }) => ready === total);
  return allReady ? { state: 'up', facts } : { state: 'degraded', reason: 'reconnecting', facts };
}

/** The first word of an answer that is an error is its code. */
function fault(error: unknown): HealthReport {
  const code = error instanceof Error ? error.message.split(' ', 1)[0] : '';
  if (code === 'OOM') return { state: 'down', reason: 'memory' };
  if (code === 'READONLY') return { state: 'down', reason: 'read-only' };
  if (code === 'NOPERM') return { state: 'degraded', reason: 'forbidden' };
  return { state: 'down', reason: 'failed' };
}

function parseInfo(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\r\n').flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return colon < 1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
    }),
  );
}
