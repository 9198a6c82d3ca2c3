import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, UnsecuredJWT } from 'jose';
import type { GuestReply, MeReply } from '@holdfast/contracts';
import { BOOT_MS, speak, startRestGateway, type RestGateway } from './rest-harness.js';

let gateway: RestGateway;

beforeAll(async () => {
  gateway = await startRestGateway();
}, BOOT_MS);

afterAll(() => gateway.close());

const failure = (code: string) => ({ body: { error: { code } } });

describe('tokens', () => {
  it('tell who is calling', async () => {
    const token = await gateway.token({ sub: 'anna', name: 'Anna', roles: ['ops'] });
    const { status, body } = await gateway.call('GET /api/me', { token });
    expect(status).toBe(200);
    expect(body).toMatchObject({ user: { name: 'Anna', kind: 'human' }, tenant: 'default', roles: ['ops'] });
  });

  it.each<[string, () => Promise<string> | string]>([
    ['an expired one', () => gateway.token({ expiresInS: -60 })],
    ['one of another issuer', () => gateway.token({ issuer: 'someone' })],
    ['one for another audience', () => gateway.token({ audience: 'someone' })],
    ['one with another secret', () => gateway.token({ secret: 'another-secret-that-is-long-enough!' })],
    ['one of an unknown tenant', () => gateway.token({ tenant: 'nowhere' })],
    ['an unsigned one', () => new UnsecuredJWT({ tenant: 'default' }).setSubject('x').setExpirationTime('1h').encode()],
    ['garbage', () => 'a.b.c'],
  ])('refuse %s', async (_, make) => {
    const reply = await gateway.call('GET /api/me', { token: await make() });
    expect(reply).toMatchObject({ status: 401, ...failure('unauthenticated') });
    expect(reply.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('are read from the header alone', async () => {
    const token = await gateway.token();
    expect(await gateway.call(`GET /api/me?token=${token}&access_token=${token}`)).toMatchObject({ status: 401 });
    const basic = await gateway.call('GET /api/me', { headers: { authorization: `Basic ${token}` } });
    expect(basic).toMatchObject({ status: 401, ...failure('unauthenticated') });
  });
});

describe('guests', () => {
  it('get a user, and keep it when they renew', async () => {
    const created = await gateway.call('POST /api/auth/guest', { json: { name: 'Visitor' } });
    expect(created.status).toBe(201);
    const guest = created.body as unknown as GuestReply;
    expect(guest.user).toMatchObject({ name: 'Visitor', kind: 'guest' });
    const renewed = await gateway.call('POST /api/auth/renew', { token: guest.token });
    expect(renewed.status).toBe(200);
    expect(renewed.body['user']).toEqual(guest.user);
    const again = renewed.body as unknown as GuestReply;
    expect(decodeJwt(again.token).sub).toBe(decodeJwt(guest.token).sub);
    const me = await gateway.call('GET /api/me', { token: again.token });
    expect((me.body as unknown as MeReply).user).toEqual(guest.user);
  });

  it.each([
    [{}, 'name: must be a string'],
    [{ name: '' }, 'name: must be at least 1'],
    [{ name: 'x'.repeat(81) }, 'name: must be at most 80'],
    [{ name: 'a\u0000b' }, 'name: must not contain NUL'],
    [[], 'must be an object'],
  ])('are refused with %j', async (json, message) => {
    const reply = await gateway.call('POST /api/auth/guest', { json });
    expect(reply).toMatchObject({ status: 400, ...failure('invalid') });
    expect(reply.text).toContain(message);
  });

  it('cannot be made of a person by renewing', async () => {
    const reply = await gateway.call('POST /api/auth/renew', { token: await gateway.token({ sub: 'anna' }) });
    expect(reply).toMatchObject({ status: 403, ...failure('forbidden') });
  });
});

describe('limits', () => {
  it(
    'hold per user, and per address for new guests, with the time to wait',
    async () => {
      const strict = await startRestGateway({ LIMIT_REQUESTS_PER_S: '1', LIMIT_GUESTS_PER_ADDRESS_PER_MIN: '2' });
      try {
        const token = await strict.token({ sub: 'eager' });
        const statuses: number[] = [];
        for (let i = 0; i < 5; i += 1) statuses.push((await strict.call('GET /api/me', { token })).status);
        expect(statuses.slice(0, 3)).toEqual([200, 200, 200]);
        expect(statuses).toContain(429);
        expect((await strict.call('GET /api/me', { token: await strict.token({ sub: 'other' }) })).status).toBe(200);
        const guests = [];
        for (let i = 0; i < 3; i += 1) guests.push(await strict.call('POST /api/auth/guest', { json: { name: 'G' } }));
        expect(guests.map(({ status }) => status)).toEqual([201, 201, 429]);
        expect(guests[2]).toMatchObject({ body: { error: { code: 'rate_limited', retryable: true } } });
        expect(Number(guests[2]?.headers.get('retry-after'))).toBeGreaterThan(0);
      } finally {
        await strict.close();
      }
    },
    BOOT_MS,
  );
});

describe('the role ops', () => {
  it('opens the instances to operators only', async () => {
    const ops = await gateway.call('GET /api/ops/instances', { token: await gateway.token({ roles: ['ops'] }) });
    expect(ops.status).toBe(200);
    const person = await gateway.call('GET /api/ops/instances', { token: await gateway.token() });
    expect(person).toMatchObject({ status: 403, ...failure('forbidden') });
    expect(await gateway.call('GET /api/ops/instances')).toMatchObject({ status: 401 });
  });

  it(
    'is not needed on the own machine in development, unless the name in use is foreign',
    async () => {
      const local = await startRestGateway({ HOLDFAST_ENV: 'development' });
      try {
        expect((await local.call('GET /api/ops/instances')).status).toBe(200);
        const person = await local.call('GET /api/ops/instances', { token: await local.token() });
        expect(person.status).toBe(403);
        for (const path of ['/metrics', '/api/ops/instances']) {
          const request = `GET ${path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`;
          expect(await speak(local.url, request)).toMatch(/^HTTP\/1\.1 40[13] /);
        }
        expect((await local.call('GET /metrics')).status).toBe(200);
      } finally {
        await local.close();
      }
    },
    BOOT_MS,
  );
});
