import type { Config } from './config.js';

interface Rule {
  /** Apps that the rule concerns; all of them by default. */
  readonly apps?: readonly string[];
  /** The variables it compares; it says nothing while one of them is invalid by itself. */
  readonly reads: readonly string[];
  readonly broken: (config: Config) => boolean;
  readonly problem: string;
}

/** What has to be left of the platform's grace period after the longest shutdown, in ms. */
const TERMINATION_MARGIN_MS = 5_000;

const ALERT_URLS = {
  pagerduty: ['ALERT_PAGERDUTY_URL', 'pagerdutyUrl'],
  slack: ['ALERT_SLACK_WEBHOOK_URL', 'slackUrl'],
  webhook: ['ALERT_WEBHOOK_URL', 'webhookUrl'],
  alertmanager: ['ALERT_ALERTMANAGER_URL', 'alertmanagerUrl'],
} as const;

const ALERT_TARGET_VARIABLES = [
  'ALERT_FALLBACK',
  'ALERT_PAGERDUTY_ROUTING_KEY',
  ...Object.values(ALERT_URLS).map(([name]) => name),
];

function alertTargets(alerts: Config['alerts']): string[] {
  const {
    pagerdutyRoutingKey: pagerduty,
    slackUrl: slack,
    webhookUrl: webhook,
    alertmanagerUrl: alertmanager,
  } = alerts;
  return Object.entries({ pagerduty, slack, webhook, alertmanager }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
}

/** Nothing is sent in clear text over networks that are not one's own. */
const ALERT_RULES: readonly Rule[] = Object.values(ALERT_URLS).map(([name, key]) => ({
  apps: ['slo-service'],
  reads: ['HOLDFAST_ENV', 'ALERT_ALLOW_PRIVATE_TARGETS', name],
  broken: ({ service, alerts }) =>
    !['development', 'test'].includes(service.environment) &&
    !alerts.allowPrivateTargets &&
    alerts[key]?.startsWith('http:') === true,
  problem: `${name} must start with https:// outside development, unless ALERT_ALLOW_PRIVATE_TARGETS=true.`,
}));

const RULES: readonly Rule[] = [
  {
    reads: ['REDIS_MODE', 'REDIS_URL'],
    broken: ({ redis }) => redis.mode === 'single' && redis.url === undefined,
    problem: 'REDIS_URL is required in REDIS_MODE=single.',
  },
  {
    reads: ['REDIS_MODE', 'REDIS_NODES'],
    broken: ({ redis }) => redis.mode !== 'single' && redis.nodes.length === 0,
    problem: 'REDIS_NODES is required in REDIS_MODE=sentinel and cluster.',
  },
  {
    apps: ['gateway'],
    reads: ['AUTH_SECRET', 'AUTH_JWKS_URL'],
    broken: ({ auth }) => auth.secret === undefined && auth.jwksUrl === undefined,
    problem: 'AUTH_SECRET or AUTH_JWKS_URL is required.',
  },
  {
    apps: ['gateway'],
    reads: ['AUTH_GUEST', 'AUTH_SECRET'],
    broken: ({ auth }) => auth.guest && auth.secret === undefined,
    problem: 'AUTH_GUEST=true needs AUTH_SECRET to sign guest tokens.',
  },
  {
    apps: ['gateway'],
    reads: ['HOLDFAST_ENV', 'AUTH_GUEST', 'AUTH_GUEST_IN_PRODUCTION'],
    broken: ({ service, auth }) => service.environment === 'production' && auth.guest && !auth.guestInProduction,
    problem: 'AUTH_GUEST=true in production needs AUTH_GUEST_IN_PRODUCTION=true as well.',
  },
  {
    reads: ['HOLDFAST_ENV', 'OPS_FROM_LOOPBACK'],
    broken: ({ service }) => service.opsFromLoopback && service.environment !== 'development',
    problem: 'OPS_FROM_LOOPBACK=true is for development only.',
  },
  {
    reads: ['SHUTDOWN_GRACE_MS', 'SHUTDOWN_TIMEOUT_MS'],
    broken: ({ service }) => service.shutdownGraceMs >= service.shutdownTimeoutMs / 2,
    problem: 'SHUTDOWN_GRACE_MS must be less than half of SHUTDOWN_TIMEOUT_MS.',
  },
  {
    reads: ['SHUTDOWN_TIMEOUT_MS', 'TERMINATION_GRACE_PERIOD_S'],
    broken: ({ service: { shutdownTimeoutMs, terminationGraceS = Infinity } }) =>
      shutdownTimeoutMs + TERMINATION_MARGIN_MS > terminationGraceS * 1_000,
    problem:
      'SHUTDOWN_TIMEOUT_MS (SHUTDOWN_GRACE_MS is part of it) plus 5 s must fit into TERMINATION_GRACE_PERIOD_S, or the ' +
      'platform kills the process in the middle of its shutdown.',
  },
  {
    reads: ['LIMIT_FRAME_BYTES', 'LIMIT_BODY_BYTES'],
    broken: ({ limits }) => limits.frameBytes <= limits.bodyBytes,
    problem: 'LIMIT_FRAME_BYTES must be larger than LIMIT_BODY_BYTES.',
  },
  {
    apps: ['slo-service'],
    reads: ['ALERT_WEBHOOK_URL', 'ALERT_WEBHOOK_SECRET'],
    broken: ({ alerts }) => alerts.webhookUrl !== undefined && alerts.webhookSecret === undefined,
    problem: 'ALERT_WEBHOOK_URL needs ALERT_WEBHOOK_SECRET to sign with.',
  },
  {
    apps: ['slo-service'],
    reads: ALERT_TARGET_VARIABLES,
    broken: ({ alerts }) => alerts.fallback !== 'none' && !alertTargets(alerts).includes(alerts.fallback),
    problem: 'ALERT_FALLBACK names a target that is not configured.',
  },
  {
    apps: ['slo-service'],
    reads: ALERT_TARGET_VARIABLES,
    broken: ({ alerts }) => alerts.fallback !== 'none' && alertTargets(alerts).join() === alerts.fallback,
    problem: 'ALERT_FALLBACK names the only target: nothing but the fallback would ever be told.',
  },
  ...ALERT_RULES,
];

/** Rules between variables; returns one sentence per rule that `app` breaks, leaving out those that read `invalid` ones. */
export function crossChecks(app: string, config: Config, invalid: ReadonlySet<string>): string[] {
  return RULES.filter(({ apps, reads, broken }) => {
    return (apps?.includes(app) ?? true) && !reads.some((name) => invalid.has(name)) && broken(config);
  }).map(({ problem }) => problem);
}
