import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CHAT_NAMESPACE } from '@holdfast/contracts';
import { createLogger } from '@holdfast/observability';
import { RedisConnections } from '@holdfast/redis';
import { eventually, freePort, startRedis } from '@holdfast/testing';
import { redisConfig } from '../../test/redis-config.js';
import { TestGateway, TestLog } from '../../test/test-gateway.js';
import { EmitterFanOut, threadRoom, userRoom } from '../index.js';

const RUN = '00000000-0000-4000-8000-00000000000c';

// Processes start and stop here; the deadlines that matter are asserted one by one.
jest.setTimeout(30_000);

const logger = createLogger({ app: 'test', instanceId: 'test', level: 'silent', pretty: false });

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

// Jest fails a test that leaves an unhandled rejection: none of these may.
describe('the gated adapter', () => {
  let redis: Awaited<ReturnType<typeof startRedis>> | undefined;
  let url: string;
  let port: number;
  let log: TestLog;
  const open: { close(): Promise<unknown> }[] = [];

  function gateway(): TestGateway {
    const made = new TestGateway(redisConfig(url), log);
    open.push(made);
    return made;
  }

  function worker(): { fanOut: EmitterFanOut; connections: RedisConnections } {
    const connections = new RedisConnections(redisConfig(url), logger);
    open.push(connections);
    return { fanOut: new EmitterFanOut(connections, logger), connections };
  }

  async function bridged(from: TestGateway, to: TestGateway): Promise<void> {
    let heard = false;
    to.server.of(CHAT_NAMESPACE).on('bridge', () => {
      heard = true;
    });
    await eventually(() => {
      from.server.of(CHAT_NAMESPACE).serverSideEmit('bridge');
      return heard;
    });
  }

  beforeEach(async () => {
    port = await freePort();
    url = `redis://127.0.0.1:${port}`;
    log = new TestLog();
  });

  afterEach(async () => {
    for (const closable of open.splice(0)) await closable.close();
    await redis?.dispose();
    redis = undefined;
  });

  it('gives clients of two gateways and of an emitter one order under concurrent publishes', async () => {
    redis = await startRedis({ port });
    const [a, b] = [gateway(), gateway()];
    const { fanOut, connections } = worker();
    const seen = [await a.watch(), await a.watch(), await b.watch()];
    await Promise.all([bridged(a, b), bridged(b, a), eventually(() => connections.publish.status === 'ready')]);
    const publishers = [a.fanOut, b.fanOut, fanOut];
    for (let count = 0; count < 300; count += 1) {
      publishers[count % 3]?.toThread(log.target, 'events.appended', log.append());
      if (count % 50 === 49) await new Promise(setImmediate);
    }
    await eventually(() => {
      for (const seqs of seen) expect(seqs).toEqual(upTo(300));
    });
  });

  it('delivers to its own sockets without Redis, and to all again within 5 s of its return', async () => {
    const [a, b] = [gateway(), gateway()];
    const seen = [await a.watch(), await b.watch()];
    a.fanOut.toThread(log.target, 'events.appended', log.append());
    await eventually(() => expect(seen).toEqual([[1], []]));
    redis = await startRedis({ port });
    await Promise.all([bridged(a, b), bridged(b, a)]);
    a.fanOut.toThread(log.target, 'events.appended', log.append());
    await eventually(() => expect(seen).toEqual([upTo(2), upTo(2)]));

    redis.signal('SIGKILL');
    await redis.exited;
    await eventually(() => b.connections.state === 'down');
    b.fanOut.toThread(log.target, 'events.appended', log.append());
    await eventually(() => expect(seen).toEqual([upTo(2), upTo(3)]));
    a.poll();
    await eventually(() => expect(seen).toEqual([upTo(3), upTo(3)]));
    await redis.restart();
    await Promise.all([bridged(a, b), bridged(b, a)]);
    b.fanOut.toThread(log.target, 'events.appended', log.append());
    await eventually(() => expect(seen).toEqual([upTo(4), upTo(4)]));
  });

  it('repairs a lost hint by one pull, before it shows the next event', async () => {
    redis = await startRedis({ port });
    const [a, b] = [gateway(), gateway()];
    const seen = [await a.watch(), await b.watch(), await b.watch()];
    await Promise.all([bridged(a, b), bridged(b, a)]);
    log.append();
    a.fanOut.toThread(log.target, 'events.appended', log.append());
    await eventually(() => {
      for (const seqs of seen) expect(seqs).toEqual([1, 2]);
    });
    expect([a.pulls, b.pulls]).toEqual([1, 1]);
  });

  it('carries run events and user events of an emitter, and only what is declared', async () => {
    redis = await startRedis({ port });
    const a = gateway();
    await a.watch();
    const { fanOut, connections } = worker();
    await eventually(() => connections.publish.status === 'ready');
    const heard: unknown[] = [];
    a.client?.onAny((event, payload) => heard.push([event, payload]));
    const user = { tenantId: log.target.tenantId, userId: RUN };
    a.server.of(CHAT_NAMESPACE).socketsJoin(userRoom(user));
    const chunk = { threadId: log.target.threadId, runId: RUN, attempt: 1, off: 0, parts: [] };
    await eventually(async () => {
      heard.length = 0;
      fanOut.toThread(log.target, 'run.chunk', { ...chunk, secret: 1 } as typeof chunk);
      fanOut.toThread(log.target, 'run.chunk', { ...chunk, attempt: 'one' } as unknown as typeof chunk);
      fanOut.toUser(user, 'presence.changed', { userId: RUN, online: true });
      await eventually(
        () =>
          expect(heard).toEqual([
            ['run.chunk', chunk],
            ['presence.changed', { userId: RUN, online: true }],
          ]),
        { timeoutMs: 200 },
      );
    });
  });

  it('ignores whatever corrupt packet arrives, and goes on', async () => {
    redis = await startRedis({ port });
    const [a, b] = [gateway(), gateway()];
    const seen = await a.watch();
    await Promise.all([bridged(a, b), bridged(b, a)]);
    const ends: string[] = [];
    a.client?.on('disconnect', (reason) => ends.push(reason));
    const told: unknown[] = [];
    a.client?.onAny((name, payload) => told.push([name, typeof payload, payload === null]));
    const { command, keys } = b.connections;
    const room = threadRoom(log.target);
    const { threadId } = log.target;
    const opts = { rooms: [room], except: [], flags: {} };
    const packets = [
      '',
      '{}',
      'null',
      '[1,2,3]',
      JSON.stringify(['x', { type: 2, nsp: CHAT_NAMESPACE, data: ['events.appended', null] }, opts]),
      JSON.stringify([
        'x',
        { type: 2, nsp: CHAT_NAMESPACE, data: ['events.appended', { threadId, epoch: 'one' }] },
        opts,
      ]),
      JSON.stringify([
        'x',
        { type: 2, nsp: CHAT_NAMESPACE, data: ['events.appended', { threadId, epoch: 'one', events: [{ seq: 'z' }] }] },
        opts,
      ]),
      JSON.stringify(['x', { type: 1, nsp: CHAT_NAMESPACE }, opts]),
      JSON.stringify(['x', { type: 2, nsp: CHAT_NAMESPACE, data: ['connect', {}] }, opts]),
      JSON.stringify(['x', { type: 2, nsp: CHAT_NAMESPACE, data: ['disconnect'] }, { ...opts, rooms: [] }]),
      JSON.stringify(['x', { type: 2, nsp: CHAT_NAMESPACE, data: ['presence.changed', {}], id: {} }, opts]),
      JSON.stringify(['x', { type: 2, nsp: CHAT_NAMESPACE, data: ['run.chunk', null] }, opts]),
      JSON.stringify(['x', { type: 2, nsp: CHAT_NAMESPACE, data: ['session.closing'] }, opts]),
      JSON.stringify(['x', { type: 2, nsp: CHAT_NAMESPACE, data: ['a'] }, { rooms: 'all' }]),
    ];
    for (const packet of packets) {
      await command.publish(`${keys.socketIo}#${CHAT_NAMESPACE}#${room}#`, packet);
      await command.publish(`${keys.socketIo}-request#${CHAT_NAMESPACE}#`, packet);
      await command.publish(`${keys.socketIo}-response#${CHAT_NAMESPACE}#`, packet);
    }
    for (let type = 0; type < 10; type += 1) {
      await command.publish(`${keys.socketIo}-request#${CHAT_NAMESPACE}#`, JSON.stringify({ type, requestId: 'r' }));
    }
    b.fanOut.toThread(log.target, 'events.appended', log.append());
    await eventually(() => expect(seen).toEqual([1]));
    expect(ends).toEqual([]);
    expect(told).toEqual([['events.appended', 'object', false]]);
    expect(a.client?.connected).toBe(true);
  });

  it('asks for re-authorisation when another gateway uses a newer member version', async () => {
    redis = await startRedis({ port });
    const [a, b] = [gateway(), gateway()];
    const seen = await a.watch();
    await Promise.all([bridged(a, b), bridged(b, a)]);
    const stale: unknown[] = [];
    a.gate.overheard = (target) => stale.push(target);
    const newer = { ...log.target, memberVersion: 1 };
    b.fanOut.toThread(newer, 'events.appended', log.append());
    await eventually(() => expect(stale).toEqual([newer]));
    expect(seen).toEqual([]);
  });
});
