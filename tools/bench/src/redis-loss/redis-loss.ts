import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually, type SpawnedApp } from '@holdfast/testing';
import { report, verdict } from '../lib/report.js';
import { World } from '../lib/world.js';
import { ChatPair } from './chat-pair.js';
import { Stretch } from './stretch.js';

const PAIRS = 50;
const SEND_EVERY_MS = 500;
const BEFORE_MS = 5_000;
const AWAY_MS = 60_000;
const AFTER_MS = 5_000;

const MAX_DELIVERY_MS = 2_000;
const MAX_RETURN_MS = 5_000;
/** A delivery faster than this did not wait for a poll. */
const FAST_MS = 300;

/**
 * Fifty people write on one gateway to readers on another, and Redis is killed for a minute and comes back empty: how
 * long acknowledgements and deliveries take before, meanwhile and after, and when the fast path is back.
 */
export async function redisLoss(): Promise<boolean> {
  const world = await World.start();
  const pairs: ChatPair[] = [];
  try {
    const gateways = await Promise.all([world.gateway(RELAXED), world.gateway(RELAXED)]);
    pairs.push(...(await openPairs(world, gateways)));
    const running = Promise.all(pairs.map((pair) => pair.run(SEND_EVERY_MS)));
    const enter = () => {
      const stretch = new Stretch();
      for (const pair of pairs) pair.begin(stretch);
      return stretch;
    };

    const before = enter();
    await delay(BEFORE_MS);
    world.redis.signal('SIGKILL');
    const during = enter();
    await delay(AWAY_MS);
    await rm(join(world.redis.folder, 'appendonlydir'), { recursive: true, force: true });
    await world.redis.restart();
    const returnMs = await untilFast(enter);
    const after = enter();
    await delay(AFTER_MS);
    for (const pair of pairs) pair.stop();
    await running;
    await eventually(() => pairs.every(({ missing }) => missing === 0), { timeoutMs: 10_000 }).catch(() => undefined);
    return judge({ before, during, after, returnMs, missing: sum(pairs.map(({ missing }) => missing)), gateways });
  } finally {
    for (const pair of pairs) pair.close();
    await world.end();
  }
}

const RELAXED = { LIMIT_RATE_MESSAGES: '100000', LIMIT_RATE_BURST: '100000' };

async function openPairs(world: World, gateways: readonly SpawnedApp[]): Promise<ChatPair[]> {
  const [first, second] = gateways;
  if (first === undefined || second === undefined) throw new Error('no gateways');
  const users = await world.users(PAIRS);
  return Promise.all(
    users.map(async (user, index) => {
      const threadId = await world.thread([user]);
      return ChatPair.open(threadId, `user-${String(index)}`, [first.url, second.url]);
    }),
  );
}

/** Time until everything that is sent arrives without a poll, in ms. */
async function untilFast(enter: () => Stretch): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    const sinceMs = performance.now() - startedAt;
    const stretch = enter();
    await delay(SEND_EVERY_MS);
    if (stretch.deliveries.count >= PAIRS / 4 && stretch.deliveries.quantile(0.9) < FAST_MS) return sinceMs;
    if (sinceMs > 4 * MAX_RETURN_MS) return Infinity;
  }
}

interface Findings {
  readonly before: Stretch;
  readonly during: Stretch;
  readonly after: Stretch;
  readonly returnMs: number;
  readonly missing: number;
  readonly gateways: readonly SpawnedApp[];
}

function judge({ before, during, after, returnMs, missing, gateways }: Findings): boolean {
  for (const [name, stretch] of Object.entries({ before, during, after })) {
    report(`acknowledged ${name}`, stretch.acks.toString());
    report(`delivered on the other gateway ${name}`, stretch.deliveries.toString());
    report(`refused ${name}`, stretch.refused);
  }
  const unhandled = gateways.filter((gateway) => /unhandled|uncaught/i.test(gateway.output())).length;
  report('fast path back after, ms', returnMs.toFixed(0));
  report('acknowledged and never delivered', missing);
  report('gateways with an unhandled rejection', unhandled);
  return [
    verdict('every send acknowledged', before.refused + during.refused + after.refused === 0),
    verdict(
      `delivered within ${String(MAX_DELIVERY_MS)} ms`,
      during.deliveries.max <= MAX_DELIVERY_MS && missing === 0,
    ),
    verdict(`fast path back within ${String(MAX_RETURN_MS)} ms`, returnMs <= MAX_RETURN_MS),
    verdict('no unhandled rejection', unhandled === 0),
  ].every(Boolean);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
