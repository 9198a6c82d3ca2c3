import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@holdfast/testing';
import { Crowd } from '../actors/crowd.js';
import { Nemesis } from '../nemesis/nemesis.js';
import { planCast } from '../plan/cast.js';
import { planFaults } from '../plan/fault-plan.js';
import { Random } from '../random/random.js';
import { countLiveRuns, readFinal, readHeads } from '../system/finals.js';
import { Recorder } from '../system/recorder.js';
import { MEMORY_CAP_MIB, System } from '../system/system.js';

export interface RunOptions {
  /** A built `dist`; its packages are found from there. */
  readonly dist: string;
  readonly seed: number;
  readonly minutes: number;
  /** Names of faults; empty for none. */
  readonly faults: readonly string[];
  /** Operations a second. */
  readonly rate: number;
  /** Where the history is written. */
  readonly history: string;
  readonly print: (line: string) => void;
  /** Ends the run early and in good order. */
  readonly signal: AbortSignal;
}

/** Until every app is ready, at the start and after the last fault. */
const READY_MS = 90_000;
/** Load goes on that long after healing: whoever watches has 10 s to catch up. */
const AFTER_HEALING_MS = 12_000;
const FINISH_MS = 20_000;
const RUNS_END_MS = 60_000;
const SETTLE_MS = 20_000;

/** One run: load, faults, healing, quiet, and the truth. Leaves no process behind, whatever happens. */
export async function runSystem(options: RunOptions): Promise<void> {
  const { seed, minutes, faults, history, dist, signal } = options;
  const random = new Random(seed);
  const recorder = new Recorder(history);
  try {
    const system = await System.prepare({ dist, cast: planCast(random.split('cast')), random, recorder });
    try {
      recorder.record({
        kind: 'meta',
        seed,
        minutes,
        rate: options.rate,
        faults,
        threads: system.world.threadsOfRun,
        memoryCapMiB: MEMORY_CAP_MIB,
      });
      await conduct(system, { ...options, random, recorder });
      signal.throwIfAborted();
    } finally {
      await system.dispose();
    }
  } finally {
    await recorder.close();
  }
}

interface Stage extends RunOptions {
  readonly random: Random;
  readonly recorder: Recorder;
}

async function conduct(system: System, stage: Stage): Promise<void> {
  const { recorder, random, rate, signal, print } = stage;
  system.launch();
  await Promise.race([system.ready(READY_MS), aborted(signal)]);
  signal.throwIfAborted();
  const crowd = new Crowd({ system, recorder, random: random.split('crowd'), rate });
  try {
    crowd.start();
    await inflict(system, stage);
    signal.throwIfAborted();
    crowd.tellPositions();
    recorder.record({ kind: 'phase', name: 'healed' });
    print('healed; the load goes on for a while');
    await delay(AFTER_HEALING_MS, undefined, { signal });
    await crowd.stopSending(FINISH_MS);
    await within(RUNS_END_MS, async () => (await countLiveRuns(system.database)) === 0);
    await within(SETTLE_MS, async () => crowd.holds(await readHeads(system.database)));
    crowd.tellPositions();
    recorder.record({ kind: 'phase', name: 'quiesced' });
  } finally {
    crowd.stop();
  }
  print('quiet; reading what is left');
  await system.stopApps();
  for (const thread of system.world.threads) recorder.record(await readFinal(system.database, thread));
  recorder.record({ kind: 'phase', name: 'end' });
}

async function inflict(system: System, stage: Stage): Promise<void> {
  const { minutes, faults, random, recorder, print, signal } = stage;
  const durationMs = minutes * 60_000;
  const startedAt = performance.now();
  const plan = planFaults(random.split('faults'), faults, durationMs);
  await new Nemesis(system, recorder, print).run(plan, { signal, untilMs: durationMs });
  const rest = durationMs - (performance.now() - startedAt);
  const over = rest > 0 ? delay(rest, undefined, { signal }).catch(() => undefined) : undefined;
  // Its own time, whatever is left of the load: how long the apps take is judged.
  await Promise.all([becomeReady(system, stage), over]);
  signal.throwIfAborted();
}

async function becomeReady(system: System, { recorder, signal }: Stage): Promise<void> {
  await Promise.race([system.ready(READY_MS), aborted(signal)]);
  signal.throwIfAborted();
  recorder.record({ kind: 'phase', name: 'ready' });
}

/** Waits for something that may not come: the checker judges whether it did. */
async function within(timeoutMs: number, condition: () => boolean | Promise<boolean>): Promise<void> {
  await eventually(condition, { timeoutMs, intervalMs: 200 }).catch(() => undefined);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}
