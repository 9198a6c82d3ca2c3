import { describe, expect, it } from '@jest/globals';
import { redisConfigOf, type RedisTarget } from './redis-target.js';

const NODES = [{ host: 'a', port: 26_379 }];

describe('the Redis that a recorder connects to', () => {
  it('is one, Sentinels or a Cluster', () => {
    expect(redisConfigOf({ url: 'rediss://me:secret@redis:6380' }, 'holdfast')).toMatchObject({
      ...{ mode: 'single', url: 'rediss://me:secret@redis:6380', prefix: 'holdfast', nodes: [] },
    });
    expect(redisConfigOf({ mode: 'sentinel', nodes: NODES, sentinelPassword: 'p' }, 'x')).toMatchObject({
      ...{ mode: 'sentinel', nodes: NODES, sentinelName: 'mymaster', sentinelPassword: 'p', tls: false },
    });
    expect(redisConfigOf({ mode: 'cluster', nodes: NODES, password: 'p', tls: true }, 'x')).toMatchObject({
      ...{ mode: 'cluster', nodes: NODES, password: 'p', tls: true },
    });
  });

  it.each([
    ['url', {}],
    ['url', { url: undefined }],
    ['url', { url: 'https://me:secret@redis' }],
    ['url', { url: 'redis:6379' }],
    ['url', { mode: 'cluster', nodes: NODES, url: 'redis://me:secret@redis' }],
    ['nodes', { url: 'redis://redis', nodes: NODES }],
    ['nodes', { mode: 'sentinel' }],
    ['nodes', { mode: 'cluster', nodes: [] }],
    ['nodes[1].host', { mode: 'cluster', nodes: [...NODES, { host: '', port: 1 }] }],
    ['nodes[0].port', { mode: 'cluster', nodes: [{ host: 'a', port: 70_000 }] }],
    ['mode', { mode: 'ring', url: 'redis://redis' }],
  ])('is refused by the name of the field: %s', (field, target) => {
    const attempt = () => redisConfigOf(target as unknown as RedisTarget, 'holdfast');
    expect(attempt).toThrow(expect.objectContaining({ code: 'invalid' }));
    expect(attempt).toThrow(`SloRecorderModule.connect: ${field} `);
    expect(attempt).not.toThrow('secret');
  });

  it('has a prefix as apps take it', () => {
    expect(() => redisConfigOf({ url: 'redis://redis' }, 'My Prefix')).toThrow('SloRecorderModule.connect: prefix ');
  });
});
