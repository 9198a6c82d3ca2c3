import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Principal } from '@holdfast/conversation';
import { eventually, type SpawnedApp } from '@holdfast/testing';
import { World } from '../lib/world.js';
import { Asker } from './asker.js';
import { ChatPair } from './chat-pair.js';
import { claimsBetween, claimsOf } from './claims.js';
import { judge, MAX_RETURN_MS } from './judge.js';
import { Stretch } from './stretch.js';

const PAIRS = 50;
const SEND_EVERY_MS = 500;
const ASKERS = 10;
const BEFORE_MS = 5_000;
const AWAY_MS = 60_000;
const AFTER_MS = 5_000;

/** A delivery faster than this did not wait for a poll. */
const FAST_MS = 300;
const LOOK_EVERY_MS = 50;

const RELAXED = { LIMIT_RATE_MESSAGES: '100000', LIMIT_RATE_BURST: '100000' };
/** At the usual pace the end of an answer would tell of its length only. */
const QUICK = { GUIDE_TOKENS_PER_S: '150' };

/**
 * Fifty people write on one gateway to readers on another, ten ask an agent of two workers, and Redis is killed for a
 * minute and comes back empty: how long acknowledgements, deliveries and answers take before, meanwhile and after, and
 * when both are back on the fast path.
 */
export async function redisLoss(): Promise<boolean> {
  const world = await World.start();
  const people: (ChatPair | Asker)[] = [];
  try {
    const gateways = await Promise.all([world.gateway(RELAXED), world.gateway(RELAXED)]);
    const workers = await Promise.all([world.worker(QUICK), world.worker(QUICK)]);
    const users = await world.users(PAIRS + ASKERS);
    const pairs = await openPairs(world, users.slice(0, PAIRS), gateways);
    people.push(...pairs);
    const askers = await openAskers(world, users, gateways);
    people.push(...askers);
    const all: Stretch[] = [];
    const enter = () => {
      const stretch = new Stretch();
      all.push(stretch);
      for (const person of people) person.begin(stretch);
      return stretch;
    };

    const before = enter();
    const atStart = await claimsOf(workers);
    const running = Promise.all([
      ...pairs.map((pair) => pair.run(SEND_EVERY_MS)),
      ...askers.map((asker) => asker.run()),
    ]);
    await delay(BEFORE_MS);
    const atLoss = await claimsOf(workers);
    world.redis.signal('SIGKILL');
    const during = enter();
    await delay(AWAY_MS);
    const atReturn = await claimsOf(workers);
    await rm(join(world.redis.folder, 'appendonlydir'), { recursive: true, force: true });
    await world.redis.restart();
    const [returnMs, rungMs] = await Promise.all([untilFast(enter), untilRung(workers)]);
    const after = enter();
    const atFast = await claimsOf(workers);
    await delay(AFTER_MS);
    const atEnd = await claimsOf(workers);
    for (const person of people) person.stop();
    await running;
    await eventually(() => pairs.every(({ missing }) => missing === 0), { timeoutMs: 10_000 }).catch(() => undefined);
    return judge({
      stretches: { before, during, after },
      all,
      claims: {
        before: claimsBetween(atStart, atLoss),
        during: claimsBetween(atLoss, atReturn),
        after: claimsBetween(atFast, atEnd),
      },
      returnMs,
      rungMs,
      missing: pairs.reduce((total, { missing }) => total + missing, 0),
      unhandled: [...gateways, ...workers].filter((app) => /unhandled|uncaught/i.test(app.output())).length,
    });
  } finally {
    for (const person of people) person.close();
    await world.end();
  }
}

function openPairs(
  world: World,
  users: readonly Principal[],
  [first, second]: readonly SpawnedApp[],
): Promise<ChatPair[]> {
  if (first === undefined || second === undefined) throw new Error('no gateways');
  return Promise.all(
    users.map(async (user, index) => {
      const threadId = await world.thread([user]);
      return ChatPair.open(threadId, `user-${String(index)}`, [first.url, second.url]);
    }),
  );
}

/** Those of the users who write to nobody; half of them on each gateway. */
function openAskers(world: World, users: readonly Principal[], gateways: readonly SpawnedApp[]): Promise<Asker[]> {
  return Promise.all(
    users.slice(PAIRS).map((principal, index) => {
      const subject = `user-${String(PAIRS + index)}`;
      return Asker.open(world, { subject, principal }, gateways[index % gateways.length]?.url ?? '');
    }),
  );
}

/** Time until what is sent from then on arrives without a poll, in ms. */
async function untilFast(enter: () => Stretch): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    const sinceMs = performance.now() - startedAt;
    const { acks, deliveries } = enter();
    await delay(SEND_EVERY_MS);
    enter();
    // What waits for a poll would not be among those that have arrived.
    await delay(FAST_MS);
    const share = deliveries.count / Math.max(acks.count, PAIRS / 4);
    if (share >= 0.9 && deliveries.quantile(0.9) < FAST_MS) return sinceMs;
    if (sinceMs > 4 * MAX_RETURN_MS) return Infinity;
  }
}

/** Time until a worker starts a run because it was rung for, not because it looked for it, in ms. */
async function untilRung(workers: readonly SpawnedApp[]): Promise<number> {
  const startedAt = performance.now();
  const { rung } = await claimsOf(workers);
  for (;;) {
    const claims = await claimsOf(workers);
    const sinceMs = performance.now() - startedAt;
    if (claims.rung > rung) return sinceMs;
    if (sinceMs > 4 * MAX_RETURN_MS) return Infinity;
    await delay(LOOK_EVERY_MS);
  }
}
