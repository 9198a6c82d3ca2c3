import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { loadConfig } from '@holdfast/config';
import type { SloReport } from '@holdfast/contracts';
import { Database, type Statement, type Tx } from '@holdfast/database';
import { createLogger, metrics } from '@holdfast/observability';
import { BURN_RULES, evaluateSlo, NEVER_EVALUATED, CountSeries } from '@holdfast/slo';
import { testDatabase, type TestDatabase, seeded } from '@holdfast/testing';
import { DefinitionsService, type CurrentDefinition } from '../src/definitions/definitions.service.js';
import { SeriesCache } from '../src/evaluate/series-cache.js';
import { ReportSink } from '../src/ingest/report-sink.service.js';
import { RollupService } from '../src/rollup/rollup.service.js';

jest.setTimeout(60_000);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SLO = 'error-rate';

/** Sums straight from the tables, with no cache and no rounding to hours. */
const SUM: Statement = {
  name: 'test_sum',
  text: `
select coalesce(sum(good), 0)::float8 as good, coalesce(sum(bad), 0)::float8 as bad,
       coalesce(sum(excluded), 0)::float8 as excluded
  from slo.minute where slo = $1 and t >= $2 and t < $3`,
};

/** Days of which no producer's bucket is left. */
const OLD_MINUTES: Statement = {
  name: 'test_old_minutes',
  text: `
with minutes as (
  insert into slo.minute (slo, t, good, bad, excluded)
  select $1, t, 10, case when extract(hour from t) = 3 then 1 else 0 end, 0
    from generate_series($2::timestamptz, $3::timestamptz, interval '7 minutes') t returning *)
insert into slo.hour (slo, t, good, bad, excluded)
select slo, date_trunc('hour', t), sum(good), sum(bad), sum(excluded) from minutes group by 1, 2`,
};

describe('counts kept in memory', () => {
  let postgres: TestDatabase;
  let database: Database;
  let sink: ReportSink;
  let rollup: RollupService;
  let definition: CurrentDefinition;

  beforeAll(async () => {
    postgres = await testDatabase();
    const config = loadConfig('slo-service', { DATABASE_URL: postgres.url, REDIS_URL: 'redis://127.0.0.1:1' });
    database = new Database({ ...config.database, onConnectionLost: () => undefined });
    const definitions = new DefinitionsService(database);
    sink = new ReportSink(database, definitions);
    const logger = createLogger({ app: 'slo-service', instanceId: 'test', level: 'silent', pretty: false });
    rollup = new RollupService(database, logger);
    const found = (await definitions.current()).find(({ id }) => id === SLO);
    if (found === undefined) throw new Error('no definition');
    definition = found;
    const now = Date.now();
    await database.query(OLD_MINUTES, [SLO, new Date(now - 34 * DAY), new Date(now - 4 * DAY)]);
  });

  afterAll(async () => {
    await database.close();
    await postgres.drop();
  });

  const load = (cache: SeriesCache, asOf: number, changes: Partial<CurrentDefinition> = {}) =>
    database.transaction(async (tx) => {
      const wanted = { ...definition, ...changes };
      return (await cache.load(tx, [wanted], asOf)).get(wanted.id) ?? CountSeries.of([]);
    });

  async function shown(name: 'holdfast_slo_cached_series' | 'holdfast_slo_cached_bytes') {
    return (await metrics.gauge(name).get()).values[0]?.value;
  }

  function status(series: CountSeries, asOf: number) {
    const alerts = { burn: NEVER_EVALUATED, budget: NEVER_EVALUATED };
    return evaluateSlo({ definition, series, asOf, coverage: 1, heardAt: asOf, corrections: [], alerts }).status;
  }

  /** Reports of two producers, in any order, some of them twice and some up to two days late. */
  function reports(random: () => number, round: number): SloReport[] {
    const now = Date.now();
    return Array.from({ length: 6 }, (_, index): SloReport => {
      const buckets = Array.from({ length: 10 }, () => {
        const ago = random() < 0.5 ? random() * 10 * MINUTE : random() * 2 * DAY;
        const t = Math.floor((now - ago) / 10_000) * 10_000 - 10_000;
        return {
          slo: SLO,
          dims: {},
          t,
          widthMs: 10_000 as const,
          good: Math.floor(random() * 100),
          bad: Math.floor(random() * 9),
          excluded: 0,
        };
      });
      const seq = round * 10 + Math.floor(random() * 10);
      const source = `gateway-${String(index % 2)}`;
      return { region: 'local', source, epoch: 'e1', seq, sentAt: now, isLast: false, measures: [SLO], buckets };
    });
  }

  it.each([1, 2, 3])(
    'say the same as all counts read anew, with late and reordered reports (seed %i)',
    async (seed) => {
      const random = seeded(seed);
      const cache = new SeriesCache();
      const start = Date.now();
      for (let round = 1; round <= 8; round += 1) {
        const batch = reports(random, seed * 10 + round).sort(() => random() - 0.5);
        for (const each of [...batch, ...batch.slice(0, 2)]) await sink.take(each);
        // Sometimes not all is summed up when it is judged, and sometimes hours have passed.
        if (random() < 0.8) while ((await rollup.run()) > 0);
        const asOf = start + Math.floor((round * 40 * MINUTE * random()) / 5_000) * 5_000;
        const kept = await load(cache, asOf);
        const fresh = await load(new SeriesCache(), asOf);
        expect(status(kept, asOf)).toEqual(status(fresh, asOf));
        for (const { longMs } of BURN_RULES) {
          const from = asOf - longMs;
          const [stored] = await database.query(SUM, [SLO, new Date(from), new Date(asOf)]);
          expect(kept.sum({ from, to: asOf })).toEqual(stored);
        }
        const windowFrom = asOf - definition.windowMs;
        const [stored] = await database.query(SUM, [SLO, new Date(windowFrom), new Date(asOf)]);
        expect(kept.sum({ from: windowFrom, to: asOf })).toEqual(stored);
      }
    },
  );

  it('stay when there is no room for more, which are read anew each time', async () => {
    const asOf = Math.floor(Date.now() / 5_000) * 5_000;
    const definitions = ['full-1', 'full-2', 'full-3'].map((id) => ({ ...definition, id }));
    const days = [new Date(asOf - 34 * DAY), new Date(asOf - 4 * DAY)];
    for (const { id } of definitions) await database.query(OLD_MINUTES, [id, ...days]);
    const { bytes } = await load(new SeriesCache(), asOf, { id: 'full-1' });
    const cache = new SeriesCache({ maxBytes: 2.5 * bytes });
    const read = (at: number) =>
      database.transaction(async (tx) => {
        const rows = new Map<string, number>();
        const counting: Tx = {
          epoch: tx.epoch,
          query: async <Row>(statement: Statement, values?: readonly unknown[]) => {
            const found = await tx.query<Row>(statement, values);
            for (const { slo } of found as { slo: string }[]) rows.set(slo, (rows.get(slo) ?? 0) + 1);
            return found;
          },
        };
        const series = await cache.load(counting, definitions, at);
        return { series, read: definitions.map(({ id }) => rows.get(id) ?? 0) };
      });
    expect((await read(asOf)).read.every((rows) => rows > 500)).toBe(true);
    const again = await read(asOf + 5_000);
    expect(again.read.filter((rows) => rows > 0)).toHaveLength(1);
    expect(await shown('holdfast_slo_cached_series')).toBe(2);
    expect(await shown('holdfast_slo_cached_bytes')).toBeLessThanOrEqual(2.5 * bytes);
    for (const { id } of definitions) {
      const window = { from: asOf - definition.windowMs, to: asOf };
      const fresh = await load(new SeriesCache(), asOf + 5_000, { id });
      expect(again.series.get(id)?.sum(window)).toEqual(fresh.sum(window));
      expect(fresh.sum(window).good).toBeGreaterThan(0);
    }
    // Room that is given up is taken by the one that found none.
    cache.retain(new Set(definitions.slice(1).map(({ id }) => id)));
    await read(asOf + 10_000);
    expect((await read(asOf + 15_000)).read.filter((rows) => rows > 0)).toHaveLength(1);
  });

  it('follow the definition into a longer window', async () => {
    const cache = new SeriesCache();
    const asOf = Math.floor(Date.now() / 5_000) * 5_000;
    await load(cache, asOf, { windowMs: 7 * DAY });
    const longer = { windowMs: 60 * DAY };
    const window = { from: asOf - longer.windowMs, to: asOf };
    const fresh = (await load(new SeriesCache(), asOf, longer)).sum(window);
    expect(fresh.good).toBeGreaterThan(0);
    expect((await load(cache, asOf, longer)).sum(window)).toEqual(fresh);
  });
});
