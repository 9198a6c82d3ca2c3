import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { eventually, testRedis } from '@holdfast/testing';
import { redisConfig } from '../../test/redis-config.js';
import { RegistryInstance } from '../../test/registry-instance.js';

const ADA = { tenantId: 't', userId: 'ada' };
const BOB = { tenantId: 't', userId: 'bob' };
const WAIT = { timeoutMs: 15_000 };

jest.setTimeout(60_000);

describe('Presence', () => {
  const open: RegistryInstance[] = [];
  let config: ReturnType<typeof redisConfig>;

  async function instance(instanceId: string): Promise<RegistryInstance> {
    const made = new RegistryInstance(config, instanceId);
    open.push(made);
    await eventually(() => made.registry.isRegistered, WAIT);
    return made;
  }

  beforeEach(() => {
    const { url, prefix } = testRedis();
    config = redisConfig(url, prefix);
  });

  afterEach(async () => {
    await Promise.all(open.splice(0).map((made) => made.close()));
  });

  it('tells the first arrival and the last departure over all instances', async () => {
    const [a, b] = [(await instance('a')).presence, (await instance('b')).presence];
    expect(await a.connected(ADA, '1')).toBe(true);
    expect(await b.connected(ADA, '1')).toBe(false);
    expect(await b.online('t', ['ada', 'bob'])).toEqual(['ada']);
    expect(await a.disconnected(ADA, '1')).toBe(false);
    expect(await a.disconnected(ADA, '1')).toBe(false);
    expect(await a.absent([ADA, BOB])).toEqual([BOB]);
    expect(await b.disconnected(ADA, '1')).toBe(true);
    expect(await a.online('t', ['ada'])).toEqual([]);
    expect(await a.absent([ADA, BOB])).toEqual([ADA, BOB]);
  });

  it('keeps tenants apart', async () => {
    const { presence } = await instance('a');
    await presence.connected(ADA, '1');
    expect(await presence.online('other', ['ada'])).toEqual([]);
  });

  it('shows somebody as gone whose instance died, once a survivor has cleaned up, and that one tells it', async () => {
    const [a, b] = [await instance('a'), await instance('b')];
    await b.presence.connected(ADA, '1');
    b.kill();
    await eventually(async () => expect(await a.presence.online('t', ['ada'])).toEqual([]), WAIT);
    expect(a.departed).toEqual(['ada']);
  });

  it('knows who is here without Redis', async () => {
    const a = await instance('a');
    await a.presence.connected(ADA, '1');
    a.kill();
    expect(await a.presence.online('t', ['ada', 'bob'])).toEqual(['ada']);
    expect(await a.presence.absent([ADA, BOB])).toEqual([]);
  });
});
