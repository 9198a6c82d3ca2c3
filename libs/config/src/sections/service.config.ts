import * as z from 'zod/mini';
import { flag, integer, text } from '../rules.js';
import { ENVIRONMENTS, optional, variable, type Environment } from '../variable.js';

const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  gateway: '8000',
  'agent-worker': '8001',
  'slo-service': '8002',
};

const HEALTH_TIMEOUTS_MS: Readonly<Record<Environment, string>> = {
  development: '5000',
  test: '5000',
  staging: '3000',
  production: '10000',
};

/** What every app needs to know about itself. */
export const serviceSection = {
  environment: variable({
    name: 'HOLDFAST_ENV',
    schema: z.enum(ENVIRONMENTS, `must be one of ${ENVIRONMENTS.join(', ')}`),
    fallback: 'development',
    summary: 'Deployment environment; chooses defaults and how strict boot is.',
  }),
  instanceId: optional({
    name: 'INSTANCE_ID',
    schema: z.string().check(z.regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes')),
    summary: 'Identity of this process among all; by default the app name and a random suffix.',
  }),
  region: variable({
    name: 'REGION',
    schema: z.string().check(z.regex(/^[a-z0-9-]{1,32}$/, 'must be 1 to 32 small letters, digits, dashes')),
    fallback: 'local',
    summary: 'Where this process runs; a part of the identity of what it measures and of alerts.',
  }),
  host: variable({
    name: 'HOST',
    schema: text,
    fallback: '127.0.0.1',
    summary: 'Address to listen on; 0.0.0.0 in a container.',
  }),
  port: variable({
    name: 'PORT',
    schema: integer(0, 65_535),
    fallback: ({ app }) => DEFAULT_PORTS[app] ?? '0',
    fallbackText: '8000 gateway, 8001 agent-worker, 8002 slo-service',
    summary: 'HTTP port; 0 takes a free one.',
  }),
  logLevel: variable({
    name: 'LOG_LEVEL',
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    fallback: 'info',
    summary: 'Lowest level that is logged.',
  }),
  logPretty: variable({
    name: 'LOG_PRETTY',
    schema: flag,
    fallback: ({ environment }) => (environment === 'development' ? 'true' : 'false'),
    fallbackText: 'true in development, else false',
    summary: 'Human-readable log lines in place of JSON.',
  }),
  heartbeatMs: variable({
    name: 'HEARTBEAT_MS',
    schema: integer(250, 30_000),
    fallback: '5000',
    summary: 'Interval of instance heartbeats, in ms; stale after three missed.',
  }),
  healthTimeoutMs: variable({
    name: 'HEALTH_TIMEOUT_MS',
    schema: integer(100, 60_000),
    fallback: ({ environment }) => HEALTH_TIMEOUTS_MS[environment],
    fallbackText: '10000 in production, 3000 in staging, else 5000',
    summary: 'Time that one sample of a health check may take, in ms; probes never wait for it.',
  }),
  opsToken: optional({
    name: 'OPS_TOKEN',
    schema: z.string().check(z.minLength(32, 'must have at least 32 characters')),
    secret: true,
    summary: 'Bearer token that opens the details of GET /health on every app; without it only OPS_FROM_LOOPBACK does.',
  }),
  opsFromLoopback: variable({
    name: 'OPS_FROM_LOOPBACK',
    schema: flag,
    fallback: ({ environment }) => String(environment === 'development'),
    fallbackText: 'true in development, else false',
    summary:
      'Whether operators on the same machine need no token, in development only. Off behind a balancer of connections, ' +
      'through which everybody seems to be on this machine.',
  }),
  shutdownTimeoutMs: variable({
    name: 'SHUTDOWN_TIMEOUT_MS',
    schema: integer(500, 600_000),
    fallback: ({ environment }) => (environment === 'development' || environment === 'test' ? '4000' : '55000'),
    fallbackText: '4000 in development and test, else 55000',
    summary: 'Longest time from SIGTERM to exit, in ms.',
  }),
  shutdownGraceMs: variable({
    name: 'SHUTDOWN_GRACE_MS',
    schema: integer(0, 60_000),
    fallback: ({ environment }) => (environment === 'development' || environment === 'test' ? '0' : '5000'),
    fallbackText: '0 in development and test, else 5000',
    summary: 'Time after SIGTERM to serve on while balancers learn that this instance leaves, in ms.',
  }),
  terminationGraceS: optional({
    name: 'TERMINATION_GRACE_PERIOD_S',
    schema: integer(1, 3_600),
    summary:
      "What the platform gives between SIGTERM and SIGKILL, in seconds (the pod's terminationGracePeriodSeconds); boot " +
      'refuses a SHUTDOWN_TIMEOUT_MS that does not fit into it with 5 s to spare. A preStop hook counts against it too.',
  }),
};
