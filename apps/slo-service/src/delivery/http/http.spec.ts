import { describe, expect, it } from '@jest/globals';
import { mayConnect, reachOf, type Reach } from './address-rule.js';
import { postJson } from './post.js';
import { retryAfterMs } from './retry-after.js';

describe('the way out', () => {
  it.each<[Reach, readonly string[]]>([
    ['public', ['93.184.216.34', '2606:2800:220:1::1', '64:ff9b::5db8:d822', '::ffff:93.184.216.34']],
    [
      'private',
      [
        '127.0.0.1',
        '127.8.9.1',
        '::1',
        '10.0.0.1',
        '172.31.0.1',
        '192.168.1.1',
        '100.64.0.1',
        'fd12::1',
        '::ffff:10.0.0.1',
      ],
    ],
    [
      'forbidden',
      [
        '169.254.169.254',
        '::ffff:169.254.169.254',
        '64:ff9b::a9fe:a9fe',
        'fe80::1',
        'fe80::1%eth0',
        'fd00:ec2::254',
        '100.100.100.200',
        '168.63.129.16',
        '0.0.0.0',
        '0.1.2.3',
        '::',
        '224.0.0.1',
        'ff02::1',
        '255.255.255.255',
        '192.0.2.1',
        '2002:7f00:1::',
        '2001:0:1::',
        'localhost',
        '',
      ],
    ],
  ])('%s addresses', (reach, addresses) => {
    expect(addresses.filter((address) => reachOf(address) !== reach)).toEqual([]);
  });

  it('NAT64 hides no private address', () => {
    expect(reachOf('64:ff9b::7f00:1')).toBe('private');
    expect(reachOf('64:ff9b::a00:1')).toBe('private');
  });

  it('plain HTTP goes to private addresses or, in development, anywhere', () => {
    const open = { allowPrivate: true, allowPlain: false };
    expect(mayConnect('10.0.0.1', 'http:', open)).toBe(true);
    expect(mayConnect('93.184.216.34', 'http:', open)).toBe(false);
    expect(mayConnect('93.184.216.34', 'https:', open)).toBe(true);
    expect(mayConnect('93.184.216.34', 'http:', { allowPrivate: false, allowPlain: true })).toBe(true);
    expect(mayConnect('10.0.0.1', 'https:', { allowPrivate: false, allowPlain: true })).toBe(false);
    expect(mayConnect('169.254.169.254', 'http:', { allowPrivate: true, allowPlain: true })).toBe(false);
  });

  it('judges the address that a name leads to, not the name', async () => {
    const policy = { allowPrivate: false, allowPlain: true };
    const post = { url: 'http://rebinding.example:1/', body: '{}' };
    const asked: string[] = [];
    const result = await postJson(post, {
      policy,
      timeoutMs: 2_000,
      signal: new AbortController().signal,
      resolve: (hostname, _options, callback) => {
        asked.push(hostname);
        callback(null, [
          { address: '169.254.169.254', family: 4 },
          { address: '10.0.0.1', family: 4 },
          { address: '::1', family: 6 },
        ]);
      },
    });
    expect(result).toEqual({ kind: 'refused' });
    expect(asked).toEqual(['rebinding.example']);
  });

  it('reads Retry-After within bounds', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(retryAfterMs('7', now)).toBe(7_000);
    expect(retryAfterMs('Thu, 01 Jan 2026 00:00:09 GMT', now)).toBe(9_000);
    expect(retryAfterMs('Wed, 31 Dec 2025 00:00:09 GMT', now)).toBe(0);
    expect(retryAfterMs('999999999', now)).toBe(3_600_000);
    for (const text of [undefined, '', 'soon', '-1', '1e9']) expect(retryAfterMs(text, now)).toBeUndefined();
  });
});
