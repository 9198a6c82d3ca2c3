import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { loadConfig } from '@holdfast/config';
import type { SloReport } from '@holdfast/contracts';
import { Database, type Statement, type Tx } from '@holdfast/database';
import { createLogger } from '@holdfast/observability';
import { ALERT_POLICY } from '@holdfast/slo';
import { eventually, testDatabase, type TestDatabase } from '@holdfast/testing';
import { DefinitionsService } from '../src/definitions/definitions.service.js';
import type { AlertNotice } from '../src/delivery/alert-notice.js';
import type { DeliveryOutbox } from '../src/delivery/delivery-outbox.js';
import { EvaluatorService } from '../src/evaluate/evaluator.service.js';
import { ReportSink } from '../src/ingest/report-sink.service.js';
import { SloQueries } from '../src/query/slo-queries.service.js';
import { RetentionService } from '../src/rollup/retention.service.js';
import { RollupService } from '../src/rollup/rollup.service.js';

jest.setTimeout(60_000);

const logger = createLogger({ app: 'slo-service', instanceId: 'test', level: 'silent', pretty: false });
const MINUTE = 60_000;

const TOTALS: Statement = {
  name: 'test_totals',
  text: `
select (select coalesce(sum(good), 0)::float8 from slo.minute where slo = $1) as "goodByMinute",
       (select coalesce(sum(bad), 0)::float8 from slo.minute where slo = $1) as "badByMinute",
       (select coalesce(sum(good), 0)::float8 from slo.hour where slo = $1) as "goodByHour"`,
};
/** As if the last evaluation had been long ago: the next moment has come. */
const AGE_STATE: Statement = {
  name: 'test_age_state',
  text: `
update slo.state set as_of = as_of - interval '15 seconds',
  alerts = jsonb_set(alerts, '{burn,at}', to_jsonb((alerts -> 'burn' ->> 'at')::float8 - 15000))
 where slo = $1`,
};

/** As if the producers had reported for an hour. */
const AGE_EPOCHS: Statement = {
  name: 'test_age_epochs',
  text: `update slo.epoch set first_at = first_at - interval '1 hour'`,
};

interface Totals {
  readonly goodByMinute: number;
  readonly badByMinute: number;
  readonly goodByHour: number;
}

class RecordingOutbox implements Pick<DeliveryOutbox, 'enqueue'> {
  readonly notices: AlertNotice[] = [];

  enqueue(_tx: Tx, notices: readonly AlertNotice[]): Promise<void> {
    this.notices.push(...notices);
    return Promise.resolve();
  }
}

describe('from reports to alerts', () => {
  let postgres: TestDatabase;
  let databases: Database[];
  let sinks: ReportSink[];
  let rollups: RollupService[];
  let evaluators: EvaluatorService[];
  let definitions: DefinitionsService;
  let queries: SloQueries;
  const outbox = new RecordingOutbox();

  beforeAll(async () => {
    postgres = await testDatabase();
    const config = loadConfig('slo-service', { DATABASE_URL: postgres.url, REDIS_URL: 'redis://127.0.0.1:1' });
    databases = [1, 2].map(() => new Database({ ...config.database, onConnectionLost: () => undefined }));
    const services = databases.map((database) => new DefinitionsService(database));
    const pairs = databases.map((database, index) => ({ database, definitions: services[index] ?? definitions }));
    sinks = pairs.map((each) => new ReportSink(each.database, each.definitions));
    rollups = pairs.map(({ database }) => new RollupService(database, logger));
    const options = { everyMs: 15_000, policy: ALERT_POLICY, logger };
    evaluators = pairs.map(
      (each) => new EvaluatorService(each.database, each.definitions, outbox as unknown as DeliveryOutbox, options),
    );
    const [first] = pairs;
    if (first === undefined) throw new Error('no replica');
    definitions = first.definitions;
    queries = new SloQueries(first.database);
    const retention = new RetentionService(first.database, logger);
    retention.onApplicationBootstrap();
    retention.onModuleDestroy();
    await retention.purge();
  });

  afterAll(async () => {
    await Promise.all(databases.map((database) => database.close()));
    await postgres.drop();
  });

  function report(changes: Partial<SloReport> & Pick<SloReport, 'buckets'>): SloReport {
    return {
      region: 'local',
      source: 'gateway-1',
      epoch: 'e1',
      seq: 1,
      sentAt: Date.now(),
      isLast: false,
      measures: ['error-rate'],
      ...changes,
    };
  }

  function bucket(good: number, bad: number, more: Partial<SloReport['buckets'][number]> = {}) {
    const t = Math.floor((Date.now() - MINUTE) / 10_000) * 10_000;
    return { slo: 'error-rate', dims: {}, t, widthMs: 10_000, good, bad, excluded: 0, ...more };
  }

  /** Gives each report to both replicas at once, as the transport does. */
  async function broadcast(each: SloReport) {
    const [receipt] = await Promise.all(sinks.map((sink) => sink.take(each)));
    return receipt;
  }

  async function totals(slo: string): Promise<Totals> {
    while ((await Promise.all(rollups.map((rollup) => rollup.run()))).some((count) => count > 0));
    const [row] = (await databases[0]?.query<Totals>(TOTALS, [slo])) ?? [];
    if (row === undefined) throw new Error('no totals');
    return row;
  }

  async function judge(slo: string): Promise<void> {
    const definition = (await definitions.current()).find(({ id }) => id === slo);
    if (definition === undefined) throw new Error('no definition');
    await databases[0]?.query(AGE_STATE, [slo]);
    await Promise.all(evaluators.map((evaluator) => evaluator.evaluate([definition])));
  }

  it('counts each unit once, however often, late and by however many replicas it is reported', async () => {
    const at = bucket(10, 0).t;
    await broadcast(report({ seq: 1, buckets: [bucket(10, 0, { t: at })] }));
    const newer = report({ seq: 2, buckets: [bucket(25, 1, { t: at })] });
    await Promise.all([broadcast(newer), broadcast(newer), broadcast({ ...newer, seq: 3 })]);
    await broadcast(report({ seq: 1, buckets: [bucket(10, 0, { t: at })] }));
    await broadcast(report({ source: 'gateway-2', epoch: 'e9', buckets: [bucket(5, 0, { t: at })] }));
    expect(await totals('error-rate')).toEqual({ goodByMinute: 30, badByMinute: 1, goodByHour: 30 });
  });

  it('takes a coarse bucket for all the finer ones within it, in whichever order they come', async () => {
    const ten = Math.floor((Date.now() - 60 * MINUTE) / (10 * MINUTE)) * 10 * MINUTE;
    const slo = 'database-latency';
    const coarse = bucket(100, 0, { slo, t: ten, widthMs: 10 * MINUTE });
    const fine = bucket(40, 0, { slo, t: ten + 30_000 });
    await broadcast(report({ epoch: 'e2', seq: 1, buckets: [fine] }));
    await broadcast(report({ epoch: 'e2', seq: 2, buckets: [coarse] }));
    await broadcast(report({ epoch: 'e2', seq: 3, buckets: [fine] }));
    expect(await totals(slo)).toMatchObject({ goodByMinute: 100, goodByHour: 100 });
  });

  it('refuses what cannot be, and takes the rest of the report', async () => {
    const slo = 'agent-execution';
    const { bad: _, ...claim } = bucket(9, 0, { slo });
    const receipt = await broadcast(
      report({
        epoch: 'e3',
        buckets: [
          bucket(3, 0, { slo }),
          bucket(1, 0, { slo: 'no-such-slo' }),
          bucket(-1, 0, { slo }),
          bucket(1, 0, { slo, t: Date.now() + 3_600_000 }),
          { ...claim, total: 4, t: claim.t - 10_000 },
        ],
      }),
    );
    expect(receipt?.refused).toMatchObject({ unknown_slo: 1, bad_count: 1, good_above_total: 1 });
    expect(await totals(slo)).toMatchObject({ goodByMinute: 7, badByMinute: 0 });
    const skewed = await broadcast(
      report({ epoch: 'e4', sentAt: Date.now() - 600_000, buckets: [bucket(1, 0, { slo })] }),
    );
    expect(skewed?.refused).toEqual({ clock_skew: 1 });
    expect(skewed?.skewMs).toBeLessThan(-500_000);
  });

  it('fires once for all replicas, tells of it, and keeps what it did', async () => {
    const slo = 'chat-response-time';
    const buckets = Array.from({ length: 20 }, (_, index) => {
      const t = Math.floor((Date.now() - index * MINUTE) / 10_000) * 10_000 - 20_000;
      return bucket(10, 90, { slo, t });
    });
    await broadcast(report({ epoch: 'e5', measures: [slo], buckets }));
    await databases[0]?.query(AGE_EPOCHS);
    await totals(slo);
    await judge(slo);
    expect(outbox.notices.filter((notice) => notice.slo === slo && notice.kind === 'burn')).toEqual([]);
    await judge(slo);
    const told = outbox.notices.filter((notice) => notice.slo === slo && notice.kind === 'burn');
    expect(told).toEqual([expect.objectContaining({ action: 'trigger', severity: 'critical', transition: 'fired' })]);
    const { slos } = await queries.status();
    const entry = slos.find(({ id }) => id === slo);
    expect(entry).toMatchObject({ good: 200, bad: 1_800, sli: 0.1, isKept: false });
    expect(entry?.alerts).toContainEqual(expect.objectContaining({ kind: 'burn', state: 'firing' }));
    expect((await queries.alerts(slo, 10)).map(({ kind, transition }) => `${kind} ${transition}`)).toContain(
      'burn fired',
    );
    expect((await queries.series(slo, 1, 60)).points.length).toBeGreaterThan(0);
  });

  it('leaves a corrected span out', async () => {
    const slo = 'chat-response-time';
    const startsAt = new Date(Date.now() - 60 * MINUTE).toISOString();
    const endsAt = new Date(Date.now() + MINUTE).toISOString();
    const correction = { id: randomUUID(), slo, startsAt, endsAt, reason: 'load test', createdBy: 'me' };
    await queries.correct(correction);
    await queries.correct(correction);
    await judge(slo);
    await eventually(async () => {
      const entry = (await queries.status()).slos.find(({ id }) => id === slo);
      expect(entry).toMatchObject({ good: 0, bad: 0, sli: null });
    });
    expect(await queries.corrections()).toEqual([correction]);
  });
});
