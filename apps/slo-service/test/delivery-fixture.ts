import { randomUUID } from 'node:crypto';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { loadConfig } from '@holdfast/config';
import { Database, DatabaseModule } from '@holdfast/database';
import { HealthModule } from '@holdfast/health';
import { createLogger, ObservabilityModule } from '@holdfast/observability';
import { ShutdownModule } from '@holdfast/shutdown';
import { eventually, type TestDatabase } from '@holdfast/testing';
import { ALERT_CALLBACKS, type AlertCallback } from '../src/delivery/alert-callback.js';
import type { AlertNotice } from '../src/delivery/alert-notice.js';
import { Deliveries, type Delivery } from '../src/delivery/deliveries.js';
import { DeliveryModule } from '../src/delivery/delivery.module.js';
import type { DeliveryTimes } from '../src/delivery/delivery-options.js';
import { DeliveryOutbox } from '../src/delivery/delivery-outbox.js';

const TIMES: Partial<DeliveryTimes> = {
  pollMs: 30,
  sweepMs: 60,
  sendMs: 1_500,
  firstBackoffMs: 40,
  maxBackoffMs: 200,
  groupWaitMs: 0,
  groupIntervalMs: 0,
};

/** Lines that replicas log. */
export const logged: string[] = [];

export interface ReplicaOptions {
  readonly env?: Record<string, string>;
  readonly times?: Partial<DeliveryTimes>;
  readonly callbacks?: readonly AlertCallback[];
}

/** One replica of the delivery, with a database of its own module. */
export interface Replica {
  readonly context: INestApplicationContext;
  readonly deliveries: Deliveries;
  readonly database: Database;
  enqueue(...notices: readonly AlertNotice[]): Promise<void>;
  /** What is known of the notices to `target`, the oldest first. */
  rows(target: string): Promise<Delivery[]>;
  /** Waits for `status` on the newest row of `target`. */
  until(target: string, status: Delivery['status']): Promise<Delivery>;
}

@Module({})
class Root {}

@Module({})
class Callbacks {}

function callbackModule(callbacks: readonly AlertCallback[]) {
  const provider = { provide: ALERT_CALLBACKS, useValue: callbacks };
  return { module: Callbacks, global: true, providers: [provider], exports: [ALERT_CALLBACKS] };
}

/** Starts a replica; targets on this machine are allowed unless `env` says otherwise. */
export async function startReplica(postgres: TestDatabase, options: ReplicaOptions = {}): Promise<Replica> {
  const { env = {}, times = {}, callbacks } = options;
  const config = loadConfig('slo-service', {
    HOLDFAST_ENV: 'test',
    DATABASE_URL: postgres.url,
    REDIS_URL: 'redis://127.0.0.1:1',
    ALERT_ALLOW_PRIVATE_TARGETS: 'true',
    ...env,
  });
  const logger = createLogger({
    app: 'slo-service',
    instanceId: 'delivery-test',
    level: 'debug',
    pretty: false,
    destination: { write: (line) => void logged.push(line) },
  });
  const { environment } = config.service;
  const context = await NestFactory.createApplicationContext(
    {
      module: Root,
      imports: [
        ObservabilityModule.forRoot({ app: 'slo-service', instanceId: 'delivery-test', config, logger }),
        ShutdownModule,
        HealthModule.forRoot(config.service),
        DatabaseModule.forRoot(config.database, { app: 'slo-service', instanceId: 'delivery-test' }),
        ...(callbacks === undefined ? [] : [callbackModule(callbacks)]),
        DeliveryModule.forRoot({
          environment,
          region: 'eu',
          alerts: config.alerts,
          shutdownTimeoutMs: 4_000,
          times: { ...TIMES, ...times },
        }),
      ],
    },
    { logger: false, abortOnError: false },
  );
  const database = context.get(Database);
  const deliveries = context.get(Deliveries, { strict: false });
  const outbox = context.get(DeliveryOutbox, { strict: false });
  const rows = async (target: string): Promise<Delivery[]> =>
    (await deliveries.list({ limit: 200 })).filter((each) => each.target === target).reverse();
  return {
    context,
    deliveries,
    database,
    rows,
    enqueue: (...notices) => database.transaction((tx) => outbox.enqueue(tx, notices)),
    until: (target, status) =>
      eventually(
        async () => {
          const newest = (await rows(target)).at(-1);
          if (newest?.status !== status) throw new Error(`${target}: ${JSON.stringify(newest)}`);
          return newest;
        },
        { timeoutMs: 15_000 },
      ),
  };
}

/** A critical notice of the SLO `chat-latency`. */
export function notice(overrides: Partial<AlertNotice> = {}): AlertNotice {
  return {
    slo: 'chat-latency',
    title: 'Chat response time',
    service: 'chat',
    kind: 'burn',
    incident: 'chat-latency/burn/1',
    action: 'trigger',
    transition: 'fired',
    severity: 'critical',
    at: Date.now(),
    summary: 'The first token is late: 40 % of the last hour.',
    detail: { rule: 'fast', longBurn: 40.5 },
    ...overrides,
  };
}

export const resolved = (overrides: Partial<AlertNotice> = {}): AlertNotice =>
  notice({ action: 'resolve', transition: 'resolved', ...overrides });

/** Silences every SLO, or one, for `forMs` from now on. */
export async function silence({ database }: Replica, forMs: number, slo: string | null = null): Promise<string> {
  const id = randomUUID();
  await database.query(
    {
      name: 'test_silence',
      text: `insert into slo.silence (id, slo, starts_at, ends_at, reason, created_by)
             values ($1, $2, now() - interval '1 minute', now() + make_interval(secs => $3::float8 / 1000), 'test', 'test')`,
    },
    [id, slo, forMs],
  );
  return id;
}

/** Ends a silence now. */
export async function unsilence({ database }: Replica, id: string): Promise<void> {
  await database.query({ name: 'test_unsilence', text: 'delete from slo.silence where id = $1' }, [id]);
}
