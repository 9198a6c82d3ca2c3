import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWK } from 'jose';
import { loadConfig } from '@holdfast/config';
import { TokenService } from './token.service.js';

const SECRET = 'a-secret-of-at-least-thirty-two-characters';
const base = { DATABASE_URL: 'postgres://localhost/x', REDIS_URL: 'redis://localhost' };
const claims = { sub: 'ann', tenant: 'default', name: 'Ann', roles: ['ops'] };

function service(env: Record<string, string> = { AUTH_SECRET: SECRET }): TokenService {
  return new TokenService(loadConfig('gateway', { ...base, AUTH_GUEST: 'false', ...env }));
}

function sign(overrides: { claims?: object; iss?: string; aud?: string; exp?: string | number; secret?: string } = {}) {
  return new SignJWT({ ...claims, ...overrides.claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(overrides.iss ?? 'holdfast')
    .setAudience(overrides.aud ?? 'holdfast')
    .setExpirationTime(overrides.exp ?? '1h')
    .sign(new TextEncoder().encode(overrides.secret ?? SECRET));
}

/** Signed rightly, whatever it says. */
function forge({ header = {}, claims: extra = {}, sub, hash = 'sha256' }: Forgery = {}): string {
  const exp = Math.floor(Date.now() / 1_000) + 60;
  const said = [
    { alg: 'HS256', ...header },
    { ...claims, iss: 'holdfast', aud: 'holdfast', exp, ...(sub === undefined ? {} : { sub }), ...extra },
  ];
  const encoding = sub === undefined ? 'utf8' : 'latin1';
  const text = said.map((part) => Buffer.from(JSON.stringify(part), encoding).toString('base64url')).join('.');
  return `${text}.${createHmac(hash, SECRET).update(text).digest('base64url')}`;
}

interface Forgery {
  readonly header?: object;
  readonly claims?: object;
  /** In Latin-1. */
  readonly sub?: string;
  readonly hash?: string;
}

describe('TokenService with a secret', () => {
  it('accepts its own token and tells who it is', async () => {
    const identity = await service().verify(await sign());
    expect(identity).toMatchObject({ ...claims, kind: 'human' });
    expect(identity.expiresAt.getTime()).toBeGreaterThan(Date.now());
  });

  it.each([Date.now(), 9e12, 1e300])(
    'takes an end of %d s, beyond every calendar, for the last moment',
    async (exp) => {
      const { expiresAt } = await service().verify(await sign({ exp }));
      expect(expiresAt.toISOString()).toBe('9999-12-31T23:59:59.000Z');
    },
  );

  it('names who has no name by the subject, and cuts no character in two', async () => {
    const sub = `${'a'.repeat(79)}😀😀`;
    const { name } = await service().verify(await sign({ claims: { sub, name: undefined } }));
    expect(name).toBe('a'.repeat(79));
  });

  it('accepts a token that another library signed', async () => {
    expect(await service().verify(forge())).toMatchObject(claims);
  });

  it('makes one line of the name', async () => {
    const { name } = await service().verify(await sign({ claims: { name: 'Ann\r\n\u202eeve' } }));
    expect(name).toBe('Ann   eve');
  });

  it.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['an object', () => ({})],
    ['garbage', () => 'a.b.c'],
    ['an over-long token', () => 'a'.repeat(10_000)],
    ['another secret', () => sign({ secret: 'another-secret-of-thirty-two-characters!' })],
    ['another issuer', () => sign({ iss: 'evil' })],
    ['another audience', () => sign({ aud: 'other' })],
    ['an expired token', () => sign({ exp: Math.floor(Date.now() / 1_000) - 60 })],
    ['no tenant', () => sign({ claims: { tenant: undefined } })],
    ['an empty subject', () => sign({ claims: { sub: '' } })],
    ['roles that are no list', () => sign({ claims: { roles: 'ops' } })],
    ['NUL in the name', () => sign({ claims: { name: 'a\0b' } })],
    ['a token before its time', () => sign({ claims: { nbf: Math.floor(Date.now() / 1_000) + 60 } })],
    ['an end that is no number', () => forge({ claims: { exp: 'never' } })],
    ['no end', () => forge({ claims: { exp: undefined } })],
    ['no issuer', () => forge({ claims: { iss: undefined } })],
    ['no audience', () => forge({ claims: { aud: undefined } })],
    ['a critical header it does not know', () => forge({ header: { crit: ['x'], x: 1 } })],
    ['another hash', () => forge({ header: { alg: 'HS512' }, hash: 'sha512' })],
    ['a name that is no text', () => forge({ sub: 'J\xf6rg' })],
    ['no signature', () => forge().replace(/[^.]+$/, '')],
    ['padding that the signature does not cover', async () => `${await sign()}=`],
    [
      'alg none',
      () => new UnsecuredJWT(claims).setIssuer('holdfast').setAudience('holdfast').setExpirationTime('1h').encode(),
    ],
  ])('refuses %s as unauthenticated', async (_name, make) => {
    await expect(service().verify(await make())).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('never quotes the token in the error', async () => {
    const token = await sign({ iss: 'evil' });
    const error: unknown = await service()
      .verify(token)
      .catch((reason: unknown) => reason);
    expect(String(error)).not.toContain(token.slice(0, 20));
  });

  it('issues guests, renews them under the same subject, and refuses where guests are off', async () => {
    const tokens = service({ AUTH_SECRET: SECRET, AUTH_GUEST: 'true' });
    const first = tokens.issueGuest('Gus');
    const again = tokens.issueGuest('Gus', first.identity.sub);
    expect(await tokens.verify(again.token)).toEqual(again.identity);
    expect(again.identity).toMatchObject({ sub: first.identity.sub, tenant: 'default', kind: 'guest', roles: [] });
    expect(() => service().issueGuest('Gus')).toThrow(expect.objectContaining({ code: 'forbidden' }));
  });
});

describe('TokenService with a key set', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function serve(keys: () => JWK[] | undefined): Promise<string> {
    const started = createServer((_request, response) => {
      const set = keys();
      response.statusCode = set ? 200 : 503;
      response.end(JSON.stringify({ keys: set ?? [] }));
    });
    server = started;
    await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
    const address = started.address();
    return `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : '')}/jwks`;
  }

  async function pair(kid: string) {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'RS256' };
    const token = () =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid })
        .setIssuer('holdfast')
        .setAudience('holdfast')
        .setExpirationTime('1h')
        .sign(privateKey);
    return { jwk, token };
  }

  it('accepts a key of the set, keeps it while the provider is down, and refuses a key that was not in it', async () => {
    const [one, two] = [await pair('one'), await pair('two')];
    let keys: JWK[] | undefined = [one.jwk];
    const tokens = service({ AUTH_JWKS_URL: await serve(() => keys) });
    expect(await tokens.verify(await one.token())).toMatchObject(claims);
    keys = undefined;
    expect(await tokens.verify(await one.token())).toMatchObject(claims);
    await expect(tokens.verify(await two.token())).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('is unavailable, not unauthenticated, before the first answer of the provider', async () => {
    const one = await pair('one');
    const tokens = service({ AUTH_JWKS_URL: await serve(() => undefined) });
    await expect(tokens.verify(await one.token())).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('refuses a token signed with the public key as an HMAC secret', async () => {
    const one = await pair('one');
    const tokens = service({ AUTH_JWKS_URL: await serve(() => [one.jwk]), AUTH_SECRET: '' });
    const swapped = await sign({ secret: JSON.stringify(one.jwk) });
    await expect(tokens.verify(swapped)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('refuses an RS256 token where only a secret is configured', async () => {
    const one = await pair('one');
    await expect(service().verify(await one.token())).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});
