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

/** As an app reports, and as many series as a producer may have. */
const SMALL: Shape = { producers: 8, slosOf: () => DEFAULTS, seriesPerSlo: 1, everyMs: 0 };
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
    const large = await ingest({ world, app: first, producers }, 'large', LARGE);
    await first.stop();
    const slos = await define(world.db, SLOS);
    const filled = slos.filter((id) => !DEFAULTS.includes(id));
    await fill(world.db, filled);
    const isQuick = await evaluation({ world, app: await world.sloService(), producers }, slos);
    return [verdict('no snapshot is refused', small && large), isQuick].every(Boolean);
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
  const { snapshots, buckets, refused } = await producers.run(name, shape, until(INGEST_MS));
  const [own, postgres] = await cpu();
  const wallS = (performance.now() - startedAt) / 1_000;
  const ownS = (own - ownBefore) / 1_000;
  const postgresS = (postgres - postgresBefore) / 1_000;
  const per = (seconds: number) =>
    `${(snapshots / seconds).toFixed(0)} snapshots, ${(buckets / seconds).toFixed(0)} buckets`;
  report(`snapshots of ${String(Math.round(buckets / snapshots))} buckets, per second`, per(wallS));
  report('… per CPU second of slo-service', per(ownS));
  report('… per CPU second of Postgres', per(postgresS));
  return refused === 0;
}

/** @returns whether a cycle takes less than a second once the data are in memory */
async function evaluation({ app, producers }: Running, slos: readonly string[]): Promise<boolean> {
  const cpuBefore = await cpuTimeMs(app.pid);
  const cold = await cyclesAfter(app, 0);
  const coldCpuMs = (await cpuTimeMs(app.pid)) - cpuBefore;
  let isOver = false;
  const slosOf = (index: number) => slos.slice(index * MAX_MEASURES, (index + 1) * MAX_MEASURES);
  const live = producers.run(
    'live',
    { producers: Math.ceil(slos.length / MAX_MEASURES), slosOf, seriesPerSlo: 1, everyMs: 1_000 },
    () => isOver,
  );
  const warmBefore = await cpuTimeMs(app.pid);
  const warm = await cyclesAfter(app, cold.count + WARM_CYCLES - 1).finally(() => {
    isOver = true;
  });
  const warmCpuMs = (await cpuTimeMs(app.pid)) - warmBefore;
  await live;
  const count = warm.count - cold.count;
  const coldS = cold.seconds / cold.count;
  const warmS = (warm.seconds - cold.seconds) / count;
  report(`${String(SLOS)} SLOs, ${String(HISTORY_DAYS)} d: first cycle, reading all`, `${coldS.toFixed(2)} s`);
  report('… CPU of slo-service until it has ended', `${(coldCpuMs / 1_000).toFixed(2)} s`);
  report(`… the ${String(count)} following, live data coming in, mean`, `${warmS.toFixed(2)} s`);
  report('… CPU of slo-service per cycle, with taking them', `${(warmCpuMs / count / 1_000).toFixed(2)} s`);
  return verdict(`${String(SLOS)} SLOs are read and judged within a second`, warmS < MAX_CYCLE_S);
}

/** The cycles that the service has made, once they are more than `count`. */
function cyclesAfter({ url }: SpawnedApp, count: number): Promise<Cycles> {
  return eventually(
    async () => {
      const text = await (await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) })).text();
      const read = (part: string) =>
        Number(new RegExp(`^holdfast_slo_cycle_seconds_${part}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(text)?.[1] ?? 0);
      const cycles = { count: read('count'), seconds: read('sum') };
      if (cycles.count <= count) throw new Error('no further cycle yet');
      return cycles;
    },
    { timeoutMs: 120_000, intervalMs: 100 },
  );
}
