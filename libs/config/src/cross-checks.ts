import type { Config } from './config.js';

interface Rule {
  /** Apps that the rule concerns; all of them by default. */
  readonly apps?: readonly string[];
  readonly broken: (config: Config) => boolean;
  readonly problem: string;
}

const RULES: readonly Rule[] = [
  {
    broken: ({ redis }) => redis.mode === 'single' && redis.url === undefined,
    problem: 'REDIS_URL is required in REDIS_MODE=single.',
  },
  {
    broken: ({ redis }) => redis.mode !== 'single' && redis.nodes.length === 0,
    problem: 'REDIS_NODES is required in REDIS_MODE=sentinel and cluster.',
  },
  {
    apps: ['gateway'],
    broken: ({ auth }) => auth.secret === undefined && auth.jwksUrl === undefined,
    problem: 'AUTH_SECRET or AUTH_JWKS_URL is required.',
  },
  {
    apps: ['gateway'],
    broken: ({ auth }) => auth.guest && auth.secret === undefined,
    problem: 'AUTH_GUEST=true needs AUTH_SECRET to sign guest tokens.',
  },
  {
    apps: ['gateway'],
    broken: ({ service, auth }) => service.environment === 'production' && auth.guest && !auth.guestInProduction,
    problem: 'AUTH_GUEST=true in production needs AUTH_GUEST_IN_PRODUCTION=true as well.',
  },
  {
    broken: ({ limits }) => limits.frameBytes <= limits.bodyBytes,
    problem: 'LIMIT_FRAME_BYTES must be larger than LIMIT_BODY_BYTES.',
  },
];

/** Rules between variables; returns one sentence per rule that `app` breaks. */
export function crossChecks(app: string, config: Config): string[] {
  return RULES.filter((rule) => (rule.apps?.includes(app) ?? true) && rule.broken(config)).map((rule) => rule.problem);
}
