import * as z from 'zod/mini';
import { flag, integer, list, text, urlOf } from '../rules.js';
import { optional, variable } from '../variable.js';

export const authSection = {
  secret: optional({
    name: 'AUTH_SECRET',
    schema: z.string().check(z.minLength(32, 'must have at least 32 characters')),
    secret: true,
    summary: 'HS256 secret of the tokens. Give this or AUTH_JWKS_URL, or both.',
  }),
  jwksUrl: optional({
    name: 'AUTH_JWKS_URL',
    schema: urlOf('https', 'http'),
    summary: 'Key set of your identity provider; accepts RS256, PS256, ES256 and EdDSA.',
  }),
  issuer: variable({ name: 'AUTH_ISSUER', schema: text, fallback: 'holdfast', summary: 'Required `iss` of a token.' }),
  audience: variable({
    name: 'AUTH_AUDIENCE',
    schema: text,
    fallback: 'holdfast',
    summary: 'Required `aud` of a token.',
  }),
  guest: variable({
    name: 'AUTH_GUEST',
    schema: flag,
    fallback: ({ environment }) => (environment === 'production' ? 'false' : 'true'),
    fallbackText: 'false in production, else true',
    summary: 'Whether POST /api/auth/guest issues tokens; needs AUTH_SECRET.',
  }),
  guestInProduction: variable({
    name: 'AUTH_GUEST_IN_PRODUCTION',
    schema: flag,
    fallback: 'false',
    summary: 'Confirms AUTH_GUEST=true in production.',
  }),
  guestTtlS: variable({
    name: 'AUTH_GUEST_TTL_S',
    schema: integer(10, 2_592_000),
    fallback: '86400',
    summary: 'Lifetime of a guest token, in seconds.',
  }),
  expiryGraceMs: variable({
    name: 'AUTH_EXPIRY_GRACE_MS',
    schema: integer(0, 300_000),
    fallback: '30000',
    summary: 'How long a socket outlives its token, in ms.',
  }),
  allowedOrigins: variable({
    name: 'ALLOWED_ORIGINS',
    schema: list,
    fallback: '',
    summary: 'Origins of other sites that may connect, separated by commas; the own origin always may.',
  }),
  trustProxy: variable({
    name: 'TRUST_PROXY',
    schema: integer(0, 10),
    fallback: '0',
    summary: 'Number of trusted proxies in front, for the client address in X-Forwarded-For.',
  }),
};
