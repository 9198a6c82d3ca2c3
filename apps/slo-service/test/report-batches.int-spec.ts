import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { loadConfig } from '@holdfast/config';
import type { SloReport } from '@holdfast/contracts';
import { Database, type Statement } from '@holdfast/database';
import { createLogger } from '@holdfast/observability';
import { eventually, seeded, testDatabase, type TestDatabase } from '@holdfast/testing';
import { DefinitionsService } from '../src/definitions/definitions.service.js';
import { ReportSink } from '../src/ingest/report-sink.service.js';
import { RollupService } from '../src/rollup/rollup.service.js';

jest.setTimeout(60_000);

const SLOS = ['error-rate', 'database-latency', 'chat-response-time'];
const BUCKET_MS = 10_000;

const TOTALS: Statement = {
  name: 'test_totals',
  text: `
select slo, sum(good)::float8 as good, sum(bad)::float8 as bad from slo.minute where slo = any($1::text[])
 group by slo order by slo`,
};

const LEDGER: Statement = {
  name: 'test_ledger',
  text: `
select source, epoch, slos, max_seq::float8 as "maxSeq", final_seq::float8 as "finalSeq" from slo.epoch
 where source like $1 order by source, epoch`,
};

const REFUSALS: Statement = {
  name: 'test_refusals',
  text: `select code, sum(count)::float8 as count from slo.refusal where source like $1 group by code order by code`,
};

describe('reports that are written together', () => {
  let postgres: TestDatabase;
  let databases: Database[];
  let sinks: ReportSink[];
  let rollup: RollupService;

  beforeAll(async () => {
    postgres = await testDatabase();
    const config = loadConfig('slo-service', { DATABASE_URL: postgres.url, REDIS_URL: 'redis://127.0.0.1:1' });
    databases = [1, 2].map(() => new Database({ ...config.database, onConnectionLost: () => undefined }));
    sinks = databases.map((database) => new ReportSink(database, new DefinitionsService(database)));
    const [first] = databases;
    if (first === undefined) throw new Error('no database');
    const logger = createLogger({ app: 'slo-service', instanceId: 'test', level: 'silent', pretty: false });
    rollup = new RollupService(first, logger);
  });

  afterAll(async () => {
    await Promise.all(databases.map((database) => database.close()));
    await postgres.drop();
  });

  async function read<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    return (await databases[0]?.query<Row>(statement, values)) ?? [];
  }

  async function totals() {
    while ((await rollup.run()) > 0);
    return read<{ slo: string; good: number; bad: number }>(TOTALS, [SLOS]);
  }

  const start = Math.floor(Date.now() / BUCKET_MS) * BUCKET_MS - 30 * BUCKET_MS;

  /** All that a life of a producer reports: counts that grow, of a few buckets. */
  function life(random: () => number, source: string, epoch: string): SloReport[] {
    const counts = new Map<string, { slo: string; t: number; good: number; bad: number }>();
    const snapshots = 4 + Math.floor(random() * 4);
    return Array.from({ length: snapshots }, (_, index): SloReport => {
      for (let event = 0; event < 20; event += 1) {
        const slo = SLOS[Math.floor(random() * SLOS.length)] ?? '';
        const t = start + Math.floor(random() * 20) * BUCKET_MS;
        const known = counts.get(`${slo}/${String(t)}`) ?? { slo, t, good: 0, bad: 0 };
        const isBad = random() < 0.1;
        counts.set(`${slo}/${String(t)}`, {
          ...known,
          good: known.good + (isBad ? 0 : 1),
          bad: known.bad + (isBad ? 1 : 0),
        });
      }
      return {
        region: 'local',
        source,
        epoch,
        seq: index + 1,
        sentAt: Date.now(),
        isLast: index === snapshots - 1,
        measures: SLOS,
        buckets: [...counts.values()].map((each) => ({ ...each, dims: {}, widthMs: BUCKET_MS, excluded: 0 })),
      };
    });
  }

  it.each([1, 2, 3])(
    'count every event once, whatever is doubled, late or together, by both replicas (seed %i)',
    async (seed) => {
      const random = seeded(seed);
      const before = new Map((await totals()).map((row) => [row.slo, row]));
      const sources = Array.from({ length: 6 }, (_, index) => `seed-${String(seed)}-${String(index)}`);
      const lives = sources.flatMap((source) => ['e1', 'e2'].map((epoch) => life(random, source, epoch)));
      const sent = lives.flat().flatMap((each) => (random() < 0.3 ? [each, each] : [each]));
      const shuffled = sent.map((each) => ({ each, at: random() })).sort((a, b) => a.at - b.at);
      // As a producer does: what a busy Postgres did not take in time is sent again.
      const take = (sink: ReportSink, report: SloReport) => eventually(() => sink.take(report), { timeoutMs: 40_000 });
      await Promise.all(shuffled.flatMap(({ each }) => sinks.map((sink) => take(sink, each))));
      for (const row of await totals()) {
        const last = lives.flatMap((all) => all.at(-1)?.buckets ?? []).filter(({ slo }) => slo === row.slo);
        const known = before.get(row.slo) ?? { good: 0, bad: 0 };
        expect({ good: row.good - known.good, bad: row.bad - known.bad }).toEqual({
          good: last.reduce((sum, { good }) => sum + good, 0),
          bad: last.reduce((sum, { bad = 0 }) => sum + bad, 0),
        });
      }
      const ledger = await read<object>(LEDGER, [`seed-${String(seed)}-%`]);
      expect(ledger).toEqual(
        lives.map(([first, ...others]) => ({
          source: first?.source,
          epoch: first?.epoch,
          slos: expect.arrayContaining(SLOS),
          maxSeq: others.length + 1,
          finalSeq: others.length + 1,
        })),
      );
    },
  );

  it('fail alone if Postgres does not take them', async () => {
    const [sink] = sinks;
    if (sink === undefined) throw new Error('no sink');
    const random = seeded(9);
    const [good, other] = ['fine-1', 'fine-2'].map((source) => life(random, source, 'e1').slice(0, 1));
    // A character that Postgres has not.
    const [bad] = life(random, 'bad\u0000', 'e1');
    const all = [...(good ?? []), ...(bad === undefined ? [] : [bad]), ...(other ?? [])];
    const outcomes = await Promise.allSettled(all.map((each) => sink.take(each)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await read(LEDGER, ['fine-%'])).toMatchObject([
      { source: 'fine-1', maxSeq: 1 },
      { source: 'fine-2', maxSeq: 1 },
    ]);
  });

  it('count refusals for the one that they belong to', async () => {
    const [sink] = sinks;
    const random = seeded(10);
    const [fine] = life(random, 'refused-1', 'e1');
    const [off] = life(random, 'refused-2', 'e1');
    const [odd] = life(random, 'refused-3', 'e1');
    if (sink === undefined || fine === undefined || off === undefined || odd === undefined) throw new Error('nothing');
    const unknown = { slo: 'no-such-slo', dims: {}, t: start, widthMs: BUCKET_MS, good: 1, bad: 0, excluded: 0 };
    const receipts = await Promise.all([
      sink.take(fine),
      sink.take({ ...off, sentAt: off.sentAt - 600_000 }),
      sink.take({ ...odd, buckets: [...odd.buckets, unknown, unknown] }),
    ]);
    expect(receipts.map(({ refused }) => refused)).toEqual([{}, { clock_skew: 1 }, { unknown_slo: 2 }]);
    expect(await read(REFUSALS, ['refused-%'])).toEqual([
      { code: 'clock_skew', count: 1 },
      { code: 'unknown_slo', count: 2 },
    ]);
  });
});
