import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { ServiceInfo } from '@holdfast/contracts';
import { createLogger } from '@holdfast/observability';
import {
  canMakeCertificates,
  eventually,
  makeCertificates,
  startRedisCluster,
  startRedisSentinel,
  type RedisFleet,
} from '@holdfast/testing';
import { Worker } from 'bullmq';
import { OtherHandlersController } from '../test/other-handlers.controller.js';
import { redisConfig } from '../test/redis-config.js';
import {
  DoorbellQueue,
  doorbellWorkerOptions,
  GuardedPublisher,
  RedisConnections,
  ResilientClientRedis,
  ResilientServerRedis,
  RpcClient,
  RpcHandler,
  Subscriber,
  type RedisConfig,
} from './index.js';

const INFO: ServiceInfo = { app: 'slo-service', instanceId: 's1', version: '1', startedAt: '2026-01-01T00:00:00.000Z' };
const PASSWORD = 'pass-of-the-admin';
const SENTINEL_PASSWORD = 'pass-of-the-sentinels';
const APP_PASSWORD = 'pass-of-the-app';
/** What docs/reliability.md tells operators to give. */
const ACL = `holdfast on >${APP_PASSWORD} ~{test}* ~test:* &* +@all -@admin -@dangerous +info +client|setname +cluster|slots +cluster|shards +cluster|nodes`;
const WAIT = { timeoutMs: 40_000 };

// Processes start and stop here; a loaded machine is slow.
jest.setTimeout(120_000);

const lines: string[] = [];
const logger = createLogger({ app: 'test', instanceId: 'test', level: 'silent', pretty: false });
const hearing = {
  ...logger,
  warn: (...args: unknown[]) =>
    void lines.push(
      JSON.stringify(args, (_key, value: unknown) =>
        value instanceof Error ? `${value.message} ${value.stack ?? ''}` : value,
      ),
    ),
} as typeof logger;

@Controller()
class InfoController {
  @RpcHandler('service.info')
  info(): object {
    return INFO;
  }
}

@Module({ controllers: [OtherHandlersController, InfoController] })
class InfoModule {}

/** Everything that the apps do with Redis, on one set of connections. */
class Pieces {
  readonly connections: RedisConnections;
  readonly doorbell: DoorbellQueue;
  readonly rung = new Set<string>();
  readonly heard = new Set<string>();
  private readonly worker: Worker;
  private readonly rpc: RpcClient;
  private readonly publisher: GuardedPublisher;
  private server: INestMicroservice | undefined;

  constructor(config: RedisConfig) {
    this.connections = new RedisConnections(config, hearing);
    this.doorbell = new DoorbellQueue(this.connections, logger);
    this.worker = new Worker(
      'runs',
      (job) => Promise.resolve(this.rung.add((job.data as { runId: string }).runId)),
      doorbellWorkerOptions(this.connections, 1),
    );
    this.worker.on('error', () => undefined);
    const subscriber = new Subscriber(this.connections.create('subscribe'));
    subscriber.on('message', (_channel: string, text: string) => this.heard.add(text));
    void subscriber.subscribe(`${this.connections.keys.socketIo}#test`);
    this.publisher = new GuardedPublisher(this.connections.publish, 'test');
    this.rpc = new RpcClient(new ResilientClientRedis(this.connections));
  }

  async serve(): Promise<void> {
    this.server = await NestFactory.createMicroservice(InfoModule, {
      strategy: new ResilientServerRedis(this.connections, 'slo-service'),
      logger: false,
    });
    await this.server.listen();
  }

  /** Resolves once each piece has done its work once, from the beginning. */
  async work(): Promise<void> {
    const { command, keys } = this.connections;
    const runId = randomUUID();
    const word = randomUUID();
    await eventually(async () => {
      const key = keys.connections('t', runId);
      await command.multi().hset(key, 'a', '1').pexpire(key, 60_000).exec();
      expect(await command.hget(key, 'a')).toBe('1');
    }, WAIT);
    await eventually(async () => {
      await this.publisher.publish(`${keys.socketIo}#test`, word);
      expect(this.heard.has(word)).toBe(true);
    }, WAIT);
    await eventually(async () => {
      if (!this.rung.has(runId)) await this.doorbell.ring('run.execute', { runId }, Math.random());
      expect(this.rung.has(runId)).toBe(true);
    }, WAIT);
    await eventually(async () => {
      expect(await this.rpc.call('service.info', {}, { timeoutMs: 500 })).toMatchObject({ instanceId: 's1' });
    }, WAIT);
  }

  async close(): Promise<void> {
    await this.worker.close(true);
    await this.server?.close();
    await this.connections.close();
  }
}

const tls = canMakeCertificates();
const REFUSES = `refuses ${tls ? 'another authority, no encryption and ' : ''}a wrong password`;

describe(tls ? 'encrypted, with passwords' : 'with passwords; no OpenSSL, so not encrypted', () => {
  let fleet: RedisFleet;
  let pieces: Pieces | undefined;
  let elsewhere: string;

  beforeAll(() => {
    elsewhere = mkdtempSync(join(tmpdir(), 'holdfast-other-authority-'));
  });
  afterAll(() => {
    rmSync(elsewhere, { recursive: true, force: true });
  });
  afterEach(async () => {
    await pieces?.close();
    pieces = undefined;
  });

  const configOf = (mode: 'sentinel' | 'cluster', more: Partial<RedisConfig> = {}): RedisConfig => ({
    ...redisConfig(''),
    mode,
    nodes: [...fleet.nodes],
    username: 'holdfast',
    password: APP_PASSWORD,
    ...(mode === 'sentinel' ? { sentinelPassword: SENTINEL_PASSWORD } : {}),
    tls,
    tlsCaFile: fleet.caFile,
    ...more,
  });

  /** Who is refused stays down, says so a few times and never what it knows. */
  const expectRefused = async (config: RedisConfig): Promise<void> => {
    lines.length = 0;
    const connections = new RedisConnections(config, hearing);
    try {
      await eventually(() => lines.length > 0, WAIT);
      expect(await connections.ping()).toBe(false);
      expect(connections.state).toBe('down');
      expect(lines.join('\n')).not.toMatch(/pass-of|wrong-pass/);
      expect(lines.length).toBeLessThan(5);
    } finally {
      await connections.close();
    }
  };
  const refusals = (mode: 'sentinel' | 'cluster'): readonly (() => RedisConfig)[] => [
    ...(tls
      ? [
          () => configOf(mode, { tlsCaFile: makeCertificates(elsewhere).ca }),
          () => configOf(mode, { tls: false, tlsCaFile: undefined }),
        ]
      : []),
    () => configOf(mode, { password: 'wrong-pass' }),
  ];

  describe('Sentinel', () => {
    beforeAll(async () => {
      fleet = await startRedisSentinel({
        tls,
        password: PASSWORD,
        sentinelPassword: SENTINEL_PASSWORD,
        acl: [ACL],
      });
    });
    afterAll(() => fleet.dispose());

    it(REFUSES, async () => {
      for (const config of refusals('sentinel')) await expectRefused(config());
      await expectRefused(configOf('sentinel', { sentinelPassword: 'wrong-pass' }));
    });

    it('carries everything, and again by itself after the primary was killed', async () => {
      pieces = new Pieces(configOf('sentinel'));
      await pieces.serve();
      await pieces.work();
      const [primary] = fleet.data;
      primary?.signal('SIGKILL');
      await primary?.exited;
      await pieces.work();
      expect(pieces.connections.state).toBe('up');
    });
  });

  describe('Cluster', () => {
    beforeAll(async () => {
      fleet = await startRedisCluster({ tls, password: PASSWORD, acl: [ACL] });
    });
    afterAll(() => fleet.dispose());

    it(REFUSES, async () => {
      for (const config of refusals('cluster')) await expectRefused(config());
    });

    it('carries everything over three nodes, and again by itself after one was killed and came back', async () => {
      pieces = new Pieces(configOf('cluster'));
      await pieces.serve();
      await pieces.work();
      const [node] = fleet.data;
      node?.signal('SIGKILL');
      await node?.exited;
      await node?.restart();
      await pieces.work();
    });
  });
});
