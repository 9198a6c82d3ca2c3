import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { loadConfig } from '@holdfast/config';
import { Database, type Statement } from '@holdfast/database';
import { createLogger } from '@holdfast/observability';
import { ALERT_POLICY, DEFAULT_SLOS } from '@holdfast/slo';
import { eventually, testDatabase, type TestDatabase } from '@holdfast/testing';
import { DefinitionsService, type CurrentDefinition } from '../src/definitions/definitions.service.js';
import type { DeliveryOutbox } from '../src/delivery/delivery-outbox.js';
import { EvaluatorService } from '../src/evaluate/evaluator.service.js';

jest.setTimeout(60_000);

const logger = createLogger({ app: 'slo-service', instanceId: 'test', level: 'silent', pretty: false });

/** As no evaluation leaves it: it cannot be judged. */
const SPOIL: Statement = {
  name: 'test_spoil',
  text: `
insert into slo.state (slo, version, as_of, alerts, status) values ($1, 7, now() - interval '1 hour', '{}', '{}')`,
};
const CLEAR: Statement = { name: 'test_clear', text: `delete from slo.state` };
const VERSIONS: Statement = {
  name: 'test_versions',
  text: `select slo, version::float8 as version from slo.state order by slo`,
};

interface VersionRow {
  readonly slo: string;
  readonly version: number;
}

describe('SLOs that are judged together', () => {
  let postgres: TestDatabase;
  let databases: Database[];
  let all: readonly CurrentDefinition[];

  beforeAll(async () => {
    postgres = await testDatabase();
    const config = loadConfig('slo-service', { DATABASE_URL: postgres.url, REDIS_URL: 'redis://127.0.0.1:1' });
    databases = [1, 2].map(() => new Database({ ...config.database, onConnectionLost: () => undefined }));
    const [first] = databases;
    if (first === undefined) throw new Error('no database');
    all = await new DefinitionsService(first).current();
  });

  afterEach(async () => {
    await databases[0]?.query(CLEAR);
  });

  afterAll(async () => {
    await Promise.all(databases.map((database) => database.close()));
    await postgres.drop();
  });

  const evaluators = () => {
    const outbox = { enqueue: () => Promise.resolve() } as unknown as DeliveryOutbox;
    const options = { everyMs: 15_000, policy: ALERT_POLICY, logger };
    return databases.map((each) => new EvaluatorService(each, new DefinitionsService(each), outbox, options));
  };

  const versions = async () => (await databases[0]?.query<VersionRow>(VERSIONS)) ?? [];
  const each = (version: number) => all.map(({ id }) => ({ slo: id, version }));

  it('are judged once for a moment, however many replicas judge in whatever order', async () => {
    const [one, two] = evaluators();
    if (one === undefined || two === undefined) throw new Error('no replica');
    const reversed = [...all].reverse();
    const judged = await Promise.all([one.evaluate(all), two.evaluate(reversed), two.evaluate(all)]);
    expect(judged.flat().sort()).toEqual(all.map(({ id }) => id).sort());
    expect(await versions()).toEqual(each(1));
    expect(await one.evaluate(all)).toEqual([]);
  });

  it('are judged though one of them cannot be', async () => {
    const [spoilt] = DEFAULT_SLOS;
    await databases[0]?.query(SPOIL, [spoilt.id]);
    const [one] = evaluators();
    one?.onApplicationBootstrap();
    try {
      const expected = each(1).map((row) => (row.slo === spoilt.id ? { ...row, version: 7 } : row));
      await eventually(async () => expect(await versions()).toEqual(expected), { timeoutMs: 20_000 });
    } finally {
      await one?.beforeApplicationShutdown();
    }
  });
});
