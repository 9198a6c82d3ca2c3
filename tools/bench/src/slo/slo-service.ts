import { DEFAULT_SLOS } from '@holdfast/slo';
import { eventually, type SpawnedApp } from '@holdfast/testing';
import { cpuTimeMs, familyCpuTimeMs } from '../lib/cpu-time.js';
import { report, verdict } from '../lib/report.js';
import { World } from '../lib/world.js';
import { define, fill, HISTORY_DAYS } from './slo-history.js';
import { SloProducers, type Shape } from './slo-producers.js';

const SLOS = 200;
const MAX_CYCLE_S = 1;
const WARM_CYCLES = 3;
const WARM_UP_MS = 2_000;
const INGEST_MS = 8_000;
/** SLOs that one producer may measure. */
const MAX_MEASURES = 100;

const DEFAULTS: readonly string[] = DEFAULT_SLOS.map(({ id }) => id);

/** As an app reports, a few of them and many, and as many series as a producer may have. */
const SMALL: Shape = { producers: 8, slosOf: () => DEFAULTS, seriesPerSlo: 1, everyMs: 0 };
const MANY: Shape = { ...SMALL, producers: 64 };
const LARGE: Shape = { producers: 4, slosOf: () => DEFAULTS, seriesPerSlo: 100, everyMs: 0 };

interface Running {
  readonly world: World;
  readonly app: SpawnedApp;
  readonly producers: SloProducers;
}

interface Cycles {
  readonly count: number;
  readonly seconds: number;
}

/** What a built slo-service takes and judges, with a real Redis and a real Postgres. */
export async function sloService(): Promise<boolean> {
  const world = await World.start();
  const urls = { databaseUrl: world.postgres.url, redisUrl: world.redis.url };
  const producers = new SloProducers(urls);
  try {
    const first = await world.sloService();
    await producers.ready();
    const small = await ingest({ world, app: first, producers }, 'small', SMALL);
    const many = await ingest({ world, app: first, producers }, 'many', MANY);
    const large = await ingest({ world, app: first, producers }, 'large', LARGE);
    await first.stop();
    const slos = await define(world.db, SLOS);
    const filled = slos.filter((id) => !DEFAULTS.includes(id));
    await fill(world.db, filled);
    const isQuick = await evaluation({ world, app: await world.sloService(), producers }, slos);
    return [verdict('no snapshot is refused', small && many && large), isQuick].every(Boolean);
  } finally {
    await producers.close();
    await world.end();
  }
}

/** @returns whether nothing was refused */
async function ingest({ world, app, producers }: Running, name: string, shape: Shape): Promise<boolean> {
  const until = (ms: number) => {
    const endsAt = performance.now() + ms;
    return () => performance.now() > endsAt;
  };
  await producers.run(`${name}-warm`, shape, until(WARM_UP_MS));
  const cpu = () => Promise.all([cpuTimeMs(app.pid), familyCpuTimeMs(world.postgres.pid)]);
  const startedAt = performance.now();
  const [ownBefore, postgresBefore] = await cpu();
  const { snapshots, buckets, refused, repeated } = await producers.run(name, shape, until(INGEST_MS));
  const [own, postgres] = await cpu();
  const wallS = (performance.now() - startedAt) / 1_000;
  const ownS = (own - ownBefore) / 1_000;
  const postgresS = (postgres - postgresBefore) / 1_000;
  const per = (seconds: number) =>
    `${(snapshots / seconds).toFixed(0)} snapshots, ${(buckets / seconds).toFixed(0)} buckets`;
  const what = `snapshots of ${String(Math.round(buckets / snapshots))} buckets, ${String(shape.producers)} producers`;
  report(`${what}, per second`, per(wallS));
  report('… per CPU second of slo-service', per(ownS));
  report('… per CPU second of Postgres', per(postgresS));
  report('… sent again', String(repeated));
  return refused === 0;
}

/** @returns whether a cycle takes less than a second once the data are in memory */
async function evaluation(running: Running, slos: readonly string[]): Promise<boolean> {
  const { app, producers } = running;
  const first = await measured(running, { count: 0, seconds: 0 }, 1);
  let isOver = false;
  const slosOf = (index: number) => slos.slice(index * MAX_MEASURES, (index + 1) * MAX_MEASURES);
  const live = producers.run(
    'live',
    { producers: Math.ceil(slos.length / MAX_MEASURES), slosOf, seriesPerSlo: 1, everyMs: 1_000 },
    () => isOver,
  );
  const warm = await measured(running, await cyclesAfter(app, 0), WARM_CYCLES).finally(() => {
    isOver = true;
  });
  await live;
  const idle = await measured(running, await cyclesAfter(app, warm.end.count), WARM_CYCLES);
  report(`${String(SLOS)} SLOs, ${String(HISTORY_DAYS)} d: first cycle, reading all`, `${first.cycleS.toFixed(2)} s`);
  report('… CPU of slo-service until it has ended', `${first.cpuS.toFixed(2)} s`);
  report(`… the ${String(WARM_CYCLES)} following, live data coming in, mean`, `${warm.cycleS.toFixed(2)} s`);
  report('… CPU of slo-service from one to the next', `${warm.cpuS.toFixed(2)} s`);
  report('… CPU of Postgres from one to the next', `${warm.postgresS.toFixed(2)} s`);
  report(`… ${String(WARM_CYCLES)} without new data, so that it is judging alone, mean`, `${idle.cycleS.toFixed(2)} s`);
  report('… CPU of slo-service from one to the next', `${idle.cpuS.toFixed(2)} s`);
  const mib = (bytes: number) => `${(bytes / 1_048_576).toFixed(0)} MiB`;
  const [kept = 0, resident = 0] = await shown(app, 'holdfast_slo_cached_bytes', 'process_resident_memory_bytes');
  report('memory of their counts, and of slo-service', `${mib(kept)}, ${mib(resident)}`);
  return verdict(`${String(SLOS)} SLOs are read and judged within a second`, warm.cycleS < MAX_CYCLE_S);
}

/** Means of the next `count` cycles after `begin`; what is done between them counts as CPU. */
async function measured({ app, world }: Running, begin: Cycles, count: number) {
  const cpu = () => Promise.all([cpuTimeMs(app.pid), familyCpuTimeMs(world.postgres.pid)]);
  const [ownBefore, postgresBefore] = await cpu();
  const end = await cyclesAfter(app, begin.count + count - 1);
  const [own, postgres] = await cpu();
  const cycles = end.count - begin.count;
  const each = (ms: number) => ms / 1_000 / cycles;
  return {
    end,
    cycleS: (end.seconds - begin.seconds) / cycles,
    cpuS: each(own - ownBefore),
    postgresS: each(postgres - postgresBefore),
  };
}

/** The cycles that the service has made, once they are more than `count`. */
function cyclesAfter(app: SpawnedApp, count: number): Promise<Cycles> {
  return eventually(
    async () => {
      const [made = 0, seconds = 0] = await shown(
        app,
        'holdfast_slo_cycle_seconds_count',
        'holdfast_slo_cycle_seconds_sum',
      );
      const cycles = { count: made, seconds };
      if (cycles.count <= count) throw new Error('no further cycle yet');
      return cycles;
    },
    // Seldom: to write the metrics of 200 SLOs takes as long as to judge some of them.
    { timeoutMs: 120_000, intervalMs: 1_000 },
  );
}

/** Values of metrics, of one look; 0 for what is not there. */
async function shown({ url }: SpawnedApp, ...names: string[]): Promise<number[]> {
  const text = await (await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) })).text();
  return names.map((name) => Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(text)?.[1] ?? 0));
}
