import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createLogger } from '@holdfast/observability';
import { eventually, freePort, startRedis } from '@holdfast/testing';
import { redisConfig } from '../test/redis-config.js';
import { GuardedPublisher, RedisConnections, Subscriber, type RedisState } from './index.js';

// Processes start and stop here; the deadlines that matter are asserted one by one.
jest.setTimeout(30_000);

const logger = createLogger({ app: 'test', instanceId: 'test', level: 'silent', pretty: false });

// Jest fails a test that leaves an unhandled rejection: none of these may.
describe('RedisConnections', () => {
  let redis: Awaited<ReturnType<typeof startRedis>> | undefined;
  let connections: RedisConnections;
  let port: number;

  beforeEach(async () => {
    port = await freePort();
    connections = new RedisConnections(redisConfig(`redis://127.0.0.1:${port}`), logger);
  });

  afterEach(async () => {
    await connections.close();
    await redis?.dispose();
    redis = undefined;
  });

  it('is there before Redis, tells what it knows, and fails commands at once', async () => {
    const states: RedisState[] = [];
    connections.onStateChange((state) => states.push(state));
    expect(connections.state).toBe('down');
    const asked = Date.now();
    await expect(connections.command.get('x')).rejects.toThrow();
    expect(await connections.ping()).toBe(false);
    expect(Date.now() - asked).toBeLessThan(200);
    redis = await startRedis({ port });
    await eventually(() => connections.state === 'up');
    redis.signal('SIGKILL');
    await eventually(() => connections.state === 'down');
    await redis.restart();
    await eventually(() => connections.state === 'up');
    expect(states).toEqual(['up', 'down', 'up']);
  });

  it('notices a Redis that holds its connections but does not answer', async () => {
    redis = await startRedis({ port });
    await eventually(() => connections.state === 'up');
    redis.signal('SIGSTOP');
    await eventually(() => connections.state === 'down');
    const asked = Date.now();
    await expect(connections.command.get('x')).rejects.toThrow();
    expect(Date.now() - asked).toBeLessThan(1_500);
    redis.signal('SIGCONT');
    await eventually(() => connections.state === 'up');
  });

  it('keeps subscriptions made without Redis, and over a restart', async () => {
    const subscriber = new Subscriber(connections.create('subscribe'));
    const heard: string[] = [];
    subscriber.on('message', (channel: string, text: string) => heard.push(`${channel} ${text}`));
    subscriber.on('pmessage', (pattern: string, channel: string, text: string) => {
      heard.push(`${pattern} ${channel} ${text}`);
    });
    expect(await subscriber.subscribe('one')).toBe(false);
    expect(await subscriber.psubscribe('many-*')).toBe(false);
    const publisher = new GuardedPublisher(connections.publish, 'test');
    expect(await publisher.publish('one', 'lost')).toBe(false);
    redis = await startRedis({ port });

    async function hears(): Promise<void> {
      await eventually(async () => {
        heard.length = 0;
        expect(await publisher.publish('one', 'a')).toBe(true);
        expect(await publisher.publish('many-x', 'b')).toBe(true);
        await eventually(() => expect(heard).toEqual(['one a', 'many-* many-x b']), { timeoutMs: 100 });
      });
    }
    await hears();
    redis.signal('SIGKILL');
    await redis.exited;
    await redis.restart();
    await hears();
    subscriber.unsubscribe('one');
    expect(subscriber.isSubscribed('one')).toBe(false);
    expect(subscriber.isSubscribed('many-*')).toBe(true);
  });

  it('closes in bounded time while Redis hangs, after the last words of those who need it', async () => {
    redis = await startRedis({ port });
    await eventually(() => connections.state === 'up');
    const said: string[] = [];
    connections.beforeClose(async () => said.push(await connections.command.set('bye', '1', 'PX', 1_000)));
    connections.create('worker');
    await connections.close();
    expect(said).toEqual(['OK']);

    const others = new RedisConnections(redisConfig(`redis://127.0.0.1:${port}`), logger);
    others.beforeClose(() => others.command.set('bye', '1'));
    await eventually(() => others.state === 'up');
    redis.signal('SIGSTOP');
    const asked = Date.now();
    await others.close(1_000);
    expect(Date.now() - asked).toBeLessThan(3_000);
    redis.signal('SIGCONT');
  });

  it('authenticates with a password from the URL', async () => {
    await connections.close();
    redis = await startRedis({ port, password: 'päss/wörd' });
    connections = new RedisConnections(redisConfig(redis.url), logger);
    await eventually(() => connections.state === 'up');
  });
});
