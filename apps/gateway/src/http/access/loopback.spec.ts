import { describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { bearerToken } from './bearer.js';
import { isLoopback } from './loopback.js';

function request(remoteAddress: string, host: string | undefined, ip = remoteAddress): FastifyRequest {
  return { ip, socket: { remoteAddress }, headers: host === undefined ? {} : { host } } as unknown as FastifyRequest;
}

describe('isLoopback', () => {
  it.each([
    ['127.0.0.1', 'localhost:8000'],
    ['::1', '[::1]:8000'],
    ['::ffff:127.0.0.1', '127.0.0.1'],
  ])('admits %s asking for %s', (address, host) => {
    expect(isLoopback(request(address, host))).toBe(true);
  });

  it.each([
    ['another machine', '10.0.0.5', 'localhost:8000', undefined],
    ['a foreign name re-pointed at this machine', '127.0.0.1', 'evil.example:8000', undefined],
    ['a name that only begins like ours', '127.0.0.1', 'localhost.evil.example', undefined],
    ['no name', '127.0.0.1', undefined, undefined],
    ['a proxy on this machine', '127.0.0.1', 'localhost:8000', '203.0.113.9'],
    ['an address that only begins like ours', '127.0.0.1.evil', 'localhost', undefined],
  ])('refuses %s', (_, address, host, ip) => {
    expect(isLoopback(request(address, host, ip))).toBe(false);
  });
});

describe('bearerToken', () => {
  it('reads the token', () => {
    expect(bearerToken('Bearer abc.def-_.g')).toBe('abc.def-_.g');
    expect(bearerToken('bearer abc')).toBe('abc');
    expect(bearerToken(undefined)).toBeUndefined();
  });

  it.each(['', 'abc', 'Basic abc', 'Bearer', 'Bearer a b', 'Bearer a\r\nX: y', 'Bearer ä'])('refuses %j', (header) => {
    expect(() => bearerToken(header)).toThrow(expect.objectContaining({ code: 'unauthenticated' }));
  });
});
