import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Controller, Module, type INestMicroservice, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppError, type ServiceInfo } from '@holdfast/contracts';
import { createLogger, currentContext, runWithContext } from '@holdfast/observability';
import { eventually, freePort, startRedis } from '@holdfast/testing';
import { OtherHandlersController } from '../../test/other-handlers.controller.js';
import { redisConfig } from '../../test/redis-config.js';
import {
  HintHandler,
  RedisConnections,
  ResilientClientRedis,
  ResilientServerRedis,
  RpcClient,
  RpcHandler,
} from '../index.js';

const INFO: ServiceInfo = { app: 'slo-service', instanceId: 's1', version: '1', startedAt: '2026-01-01T00:00:00.000Z' };
const RUN = '00000000-0000-4000-8000-000000000001';

// Processes start and stop here; the deadlines that matter are asserted one by one.
jest.setTimeout(30_000);

const logger = createLogger({ app: 'test', instanceId: 'test', level: 'silent', pretty: false });
const traces: unknown[] = [];
const cancelled: string[] = [];
let failure: Error | undefined;

@Controller()
class InfoController {
  @RpcHandler('service.info')
  info(): object {
    if (failure !== undefined) throw failure;
    traces.push(currentContext().traceId);
    return { ...INFO, secret: 'not declared' };
  }
}

@Controller()
class CancelController {
  @HintHandler('run.cancel_requested')
  cancel({ runId }: { runId: string }): void {
    cancelled.push(runId);
  }
}

@Controller()
class SecondInfoController {
  @RpcHandler('service.info')
  info(): object {
    return INFO;
  }
}

@Module({})
class AppModule {}

// Jest fails a test that leaves an unhandled rejection: none of these may.
describe('the RPC transport', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let port: number;
  const open: (() => Promise<unknown>)[] = [];

  function connect(): RedisConnections {
    const connections = new RedisConnections(redisConfig(`redis://127.0.0.1:${port}`), logger);
    open.push(() => connections.close());
    return connections;
  }

  async function serve(app: 'slo-service' | 'agent-worker', ...controllers: Type[]): Promise<INestMicroservice> {
    const strategy = new ResilientServerRedis(connect(), app);
    const service = await NestFactory.createMicroservice(
      { module: AppModule, controllers },
      { strategy, logger: false, abortOnError: false },
    );
    open.push(() => service.close());
    await service.listen();
    return service;
  }

  function client(): RpcClient {
    return new RpcClient(new ResilientClientRedis(connect()));
  }

  beforeEach(async () => {
    failure = undefined;
    traces.length = cancelled.length = 0;
    port = await freePort();
  });

  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
    await redis.dispose();
  });

  it('boots without Redis, answers within 5 s of its start, and again within 5 s of a kill', async () => {
    await serve('slo-service', OtherHandlersController, InfoController);
    const rpc = client();
    await expect(rpc.call('service.info', {})).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    expect(await rpc.hint('run.cancel_requested', { runId: RUN })).toBe(false);

    redis = await startRedis({ port });
    await eventually(async () => {
      expect(await rpc.call('service.info', {})).toEqual(INFO);
    });

    redis.signal('SIGKILL');
    await redis.exited;
    await expect(rpc.call('service.info', {})).rejects.toBeInstanceOf(AppError);
    await redis.restart();
    await eventually(async () => {
      expect(await rpc.call('service.info', {})).toEqual(INFO);
    });
  });

  it('ends a call that nobody answers, and one that a frozen Redis holds up', async () => {
    redis = await startRedis({ port });
    const rpc = client();
    await eventually(async () => {
      await expect(rpc.call('service.info', {}, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'timeout' });
    });
    redis.signal('SIGSTOP');
    const asked = Date.now();
    await expect(rpc.call('service.info', {}, { timeoutMs: 300 })).rejects.toBeInstanceOf(AppError);
    expect(Date.now() - asked).toBeLessThan(1_000);
    redis.signal('SIGCONT');
  });

  it('carries the trace id, delivers hints to every instance, and passes on what a handler throws', async () => {
    redis = await startRedis({ port });
    await serve('slo-service', OtherHandlersController, InfoController);
    await serve('agent-worker', CancelController);
    await serve('agent-worker', CancelController);
    const rpc = client();
    const traceId = 'a'.repeat(32);
    await eventually(() => runWithContext({ traceId }, () => rpc.call('service.info', {})));
    expect(traces).toContain(traceId);
    await eventually(async () => {
      cancelled.length = 0;
      expect(await rpc.hint('run.cancel_requested', { runId: RUN })).toBe(true);
      await eventually(() => cancelled.length === 2, { timeoutMs: 200 });
    });
    failure = new AppError('busy', 'later', { retryAfterMs: 7 });
    await expect(rpc.call('service.info', {})).rejects.toMatchObject({
      code: 'busy',
      message: 'later',
      retryAfterMs: 7,
    });
    failure = new Error('secret detail');
    await expect(rpc.call('service.info', {})).rejects.toMatchObject({
      code: 'internal',
      message: 'an unexpected fault',
    });
  });

  it('ignores corrupt messages in both directions', async () => {
    redis = await startRedis({ port });
    await serve('slo-service', OtherHandlersController, InfoController);
    await serve('agent-worker', CancelController);
    const connections = connect();
    const rpc = client();
    await eventually(() => rpc.call('service.info', {}));
    const { keys } = connections;
    const rubbish = ['', 'x', 'null', '[]', '{"id":5}', '{"id":"a","data":7}', `{"data":{"runId":"${'x'.repeat(9)}"}}`];
    for (const text of rubbish) {
      await connections.command.publish(keys.rpc('service.info'), text);
      await connections.command.publish(keys.rpc('run.cancel_requested'), text);
      await connections.command.publish(keys.rpcReply('service.info'), text);
    }
    expect(await rpc.call('service.info', {})).toEqual(INFO);
    expect(cancelled).toEqual([]);
  });

  it('refuses to boot with a missing, doubled or misplaced handler, and names it', async () => {
    redis = await startRedis({ port });
    await expect(serve('slo-service')).rejects.toThrow('slo-service has no handler for "service.info"');
    await expect(serve('slo-service', OtherHandlersController, InfoController, SecondInfoController)).rejects.toThrow(
      'slo-service has 2 handlers for "service.info"',
    );
    await expect(serve('agent-worker', CancelController, InfoController)).rejects.toThrow(
      'agent-worker handles "service.info", which belongs to slo-service',
    );
  });
});
