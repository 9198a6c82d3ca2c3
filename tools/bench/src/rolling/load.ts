import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@holdfast/testing';
import { Samples } from '../lib/samples.js';
import type { Deliveries } from './deliveries.js';
import type { Member } from './member.js';
import type { Runs } from './runs.js';

/** Each client writes one message in this time. */
const SAY_EVERY_MS = 10_000;
const START_AT_ONCE = 50;
const CALM_MS = 3_000;
const LIVE_WITHIN_MS = 60_000;
const SETTLE_MS = 20_000;
const RUNS_END_MS = 90_000;

export interface Crowd {
  readonly members: readonly Member[];
  /** The first of the members ask. */
  readonly asking: number;
  readonly deliveries: Deliveries;
  readonly runs: Runs;
}

export interface Outcome {
  /** The longest gap of each client. */
  readonly gaps: Samples;
  readonly deliveries: Deliveries;
  readonly runs: Runs;
  /** Deliveries that had not come in the end. */
  readonly lost: number;
  /** Of the work that was measured. */
  readonly seconds: number;
  /** How long the process of the clients stood still at worst: what is measured is no better than this. */
  readonly stallMs: number;
}

/** Everybody connects, writes and reads while `work` is done. */
export async function underLoad(crowd: Crowd, work: () => Promise<void>): Promise<Outcome> {
  const { members, deliveries, runs } = crowd;
  const asking = members.slice(0, crowd.asking);
  let turn = 0;
  let timer: NodeJS.Timeout | undefined;
  const stalls = monitorEventLoopDelay();
  try {
    for (let from = 0; from < members.length; from += START_AT_ONCE) {
      const some = members.slice(from, from + START_AT_ONCE);
      for (const member of some) member.start();
      await eventually(() => some.every(({ isLive }) => isLive), { timeoutMs: LIVE_WITHIN_MS });
    }
    for (const member of asking) member.ask();
    await eventually(() => runs.streaming === asking.length, { timeoutMs: LIVE_WITHIN_MS });
    timer = setInterval(() => members[turn++ % members.length]?.say(), SAY_EVERY_MS / members.length);
    await delay(CALM_MS);
    for (const member of members) member.begin();
    stalls.enable();
    const startedAt = performance.now();
    await work();
    const seconds = (performance.now() - startedAt) / 1_000;
    await delay(CALM_MS);
    stalls.disable();
    clearInterval(timer);
    for (const member of asking) member.rest();
    const settled = () => deliveries.missing === 0 && members.every(({ isLive }) => isLive);
    await eventually(settled, { timeoutMs: SETTLE_MS }).catch(() => undefined);
    const gaps = new Samples(members.map(({ gapMs }) => gapMs));
    await eventually(() => runs.streaming === 0, { timeoutMs: RUNS_END_MS }).catch(() => undefined);
    return { gaps, deliveries, runs, lost: deliveries.missing, seconds, stallMs: stalls.max / 1e6 };
  } finally {
    clearInterval(timer);
    stalls.disable();
    for (const member of members) member.stop();
  }
}
