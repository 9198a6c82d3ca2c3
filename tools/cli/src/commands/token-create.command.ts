import { SignJWT } from 'jose';
import { loadSections } from '@holdfast/config';
import { CEILINGS } from '@holdfast/contracts';
import { UsageError } from '../usage.errors.js';
import type { Command } from '../command.js';
import { listOf, required, secondsOf, slugOf, textOf } from '../options/option-values.js';

const MAX_TTL_S = 365 * 86_400;
const MAX_ROLES = 32;
const DEFAULT_TTL = '12h';

/** Signs a token, for operators, scripts and tests. It needs no database: the user appears with the first request. */
export const tokenCreate: Command = {
  path: 'token create',
  summary: 'Sign a token and print it',
  positionals: [],
  options: {
    tenant: { value: 'slug', summary: 'tenant of the user', required: true },
    sub: { value: 'id', summary: 'who the user is within the tenant, as your system names it', required: true },
    name: { value: 'text', summary: 'name that others see; by default the sub' },
    roles: { value: 'a,b', summary: 'roles, such as ops' },
    ttl: { value: 'duration', summary: `how long it is valid, such as 15m, 12h, 30d; by default ${DEFAULT_TTL}` },
  },
  environment: ['AUTH_SECRET', 'AUTH_ISSUER', 'AUTH_AUDIENCE'],
  async run(input, { out, note, env }) {
    const { auth } = loadSections(['auth'], env);
    if (auth.secret === undefined) throw new UsageError('AUTH_SECRET is required to sign a token');
    const sub = textOf(required(input, 'sub'), '--sub', 256);
    const ttlS = secondsOf(input.options['ttl'] ?? DEFAULT_TTL, '--ttl', MAX_TTL_S);
    const roles = listOf(input.options['roles']).map((role) => textOf(role, '--roles', 64));
    if (roles.length > MAX_ROLES) throw new UsageError(`--roles must be at most ${MAX_ROLES.toString()}`);
    const exp = Math.floor(Date.now() / 1_000) + ttlS;
    const token = await new SignJWT({
      tenant: slugOf(required(input, 'tenant'), '--tenant'),
      name: textOf(input.options['name'] ?? sub.slice(0, CEILINGS.nameUnits), '--name', CEILINGS.nameUnits),
      kind: 'human',
      roles,
    })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(sub)
      .setIssuer(auth.issuer)
      .setAudience(auth.audience)
      .setIssuedAt()
      .setExpirationTime(exp)
      .sign(new TextEncoder().encode(auth.secret));
    out(token);
    note(`valid until ${new Date(exp * 1_000).toISOString()}`);
  },
};
