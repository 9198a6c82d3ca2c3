import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@holdfast/observability';
import { ALERT_POLICY } from '@holdfast/slo';
import { eventually, testDatabase, type TestDatabase } from '@holdfast/testing';
import { DefinitionDocuments } from '../src/definitions/definition-documents.service.js';
import { DefinitionsController } from '../src/definitions/definitions.controller.js';
import { DefinitionsService } from '../src/definitions/definitions.service.js';
import { DeliveryOutbox } from '../src/delivery/delivery-outbox.js';
import { AlertClosing } from '../src/evaluate/alert-closing.service.js';
import { EvaluatorService } from '../src/evaluate/evaluator.service.js';
import { SloQueries } from '../src/query/slo-queries.service.js';
import { notice, startReplica, type Replica } from './delivery-fixture.js';
import { DeliveryReceiver } from './delivery-receiver.js';

const SLO = 'chat-response-time';
const INCIDENT = `${SLO}/burn/1000`;
const logger = createLogger({ app: 'slo-service', instanceId: 'test', level: 'silent', pretty: false });

describe('an SLO that is removed while its alert fires', () => {
  let postgres: TestDatabase;
  let pager: DeliveryReceiver;
  const replicas: Replica[] = [];

  beforeAll(async () => {
    postgres = await testDatabase();
  });

  afterAll(async () => {
    await postgres.drop();
  });

  beforeEach(async () => {
    pager = await new DeliveryReceiver({ status: 202 }).listen();
  });

  afterEach(async () => {
    await Promise.all(replicas.splice(0).map(({ context }) => context.close()));
    await pager.close();
  });

  async function start() {
    const env = { ALERT_PAGERDUTY_ROUTING_KEY: 'key', ALERT_PAGERDUTY_URL: `${pager.origin}/v2/enqueue` };
    const replica = await startReplica(postgres, { env });
    replicas.push(replica);
    const { database, context } = replica;
    const definitions = new DefinitionsService(database);
    const outbox = context.get(DeliveryOutbox, { strict: false });
    const closing = new AlertClosing(outbox, logger);
    const controller = new DefinitionsController(new DefinitionDocuments(definitions), definitions, closing);
    const options = { everyMs: 15_000, policy: ALERT_POLICY, logger };
    const evaluator = new EvaluatorService(database, definitions, outbox, options);
    return { replica, definitions, controller, evaluator };
  }

  it('is told to be over, once, and no evaluation that is under way opens it again', async () => {
    const [one, other] = [await start(), await start()];
    await one.replica.enqueue(notice({ slo: SLO, incident: INCIDENT }));
    const incident = { startedAt: 1_000, reopenings: 0 };
    const firing = { status: 'firing', at: 1, since: 1, severity: 'critical', rules: [], incident, clearSince: null };
    const told = { burn: { severity: 'critical', incident: INCIDENT }, budget: null };
    const alerts = { burn: { ...firing, isFrozen: false }, budget: { status: 'inactive', at: 1 }, told };
    await one.replica.database.query(
      {
        name: 'test_state',
        text: `insert into slo.state (slo, version, as_of, alerts, status) values ($1, 1, to_timestamp(1), $2, '{}')`,
      },
      [SLO, JSON.stringify(alerts)],
    );
    const stale = (await other.definitions.current()).filter(({ id }) => id === SLO);
    const request = { id: SLO, by: 'anna' };
    await Promise.all([one.controller.remove(request), other.controller.remove(request)]);
    await eventually(() => expect(pager.received).toHaveLength(2));
    expect(pager.bodies[1]).toMatchObject({
      event_action: 'resolve',
      dedup_key: `test/eu/${SLO}/burn`,
      payload: { severity: 'critical', summary: expect.stringContaining('removed') },
    });
    const queries = new SloQueries(one.replica.database);
    expect(await queries.alerts(SLO, 10)).toEqual([
      expect.objectContaining({ kind: 'burn', transition: 'resolved', incident: INCIDENT }),
    ]);
    expect(stale).toHaveLength(1);
    expect(await other.evaluator.evaluate(stale)).toEqual([]);
    expect((await one.replica.rows('pagerduty')).map(({ action }) => action)).toEqual(['trigger', 'resolve']);
  });
});
