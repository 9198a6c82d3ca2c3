import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { clientAddress } from './client-address.js';
import { isOriginAllowed } from './origin-check.js';

function request(headers: Record<string, string>, remoteAddress = '10.0.0.9'): IncomingMessage {
  return { headers, socket: { remoteAddress } } as unknown as IncomingMessage;
}

describe('isOriginAllowed', () => {
  const rules = { allowedOrigins: ['https://app.example.com'], trustProxy: 0 };
  it.each([
    ['no browser', undefined, true],
    ['the own origin', 'http://chat.example.com:8000', true],
    ['a listed origin', 'https://app.example.com', true],
    ['null', 'null', false],
    ['another port', 'http://chat.example.com:8001', false],
    ['no port', 'http://chat.example.com', false],
    ['another scheme', 'https://chat.example.com:8000', false],
    ['a suffix', 'http://chat.example.com:8000.evil.com', false],
    ['a prefix', 'http://evilchat.example.com:8000', false],
    ['a subdomain of a listed one', 'https://a.app.example.com', false],
    ['a listed one with a suffix', 'https://app.example.com.evil.com', false],
    ['a listed one with another scheme', 'http://app.example.com', false],
    ['garbage', 'http://', false],
  ])('judges %s', (_name, origin, allowed) => {
    const headers = { host: 'chat.example.com:8000', ...(origin === undefined ? {} : { origin }) };
    expect(isOriginAllowed(request(headers), rules)).toBe(allowed);
  });

  it('takes scheme and host from a trusted proxy only', () => {
    const headers = {
      host: 'pod:8000',
      origin: 'https://x.com',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'x.com',
    };
    expect(isOriginAllowed(request(headers), rules)).toBe(false);
    expect(isOriginAllowed(request(headers), { ...rules, trustProxy: 1 })).toBe(true);
  });
});

describe('clientAddress', () => {
  it.each([
    [0, '1.1.1.1', '10.0.0.9'],
    [1, '6.6.6.6, 1.1.1.1', '1.1.1.1'],
    [2, '6.6.6.6, 1.1.1.1, 2.2.2.2', '1.1.1.1'],
    [3, '1.1.1.1', '1.1.1.1'],
    [1, '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    [1, '2001:db8::6', '2001:db8:0:0::/64'],
  ])('with %i proxies reads %s as %s', (trusted, forwardedFor, address) => {
    expect(clientAddress(request({ 'x-forwarded-for': forwardedFor }), trusted)).toBe(address);
  });

  it('treats a mapped IPv4 address as IPv4', () => {
    expect(clientAddress(request({}, '::ffff:9.9.9.9'), 0)).toBe('9.9.9.9');
  });
});
