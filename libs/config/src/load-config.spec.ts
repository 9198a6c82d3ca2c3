import { describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig, readSecret, SECTIONS } from './index.js';
import type { Section, Variable } from './variable.js';

const SECRET = 's'.repeat(32);
const BASE = { DATABASE_URL: 'postgres://u:p@localhost/db', REDIS_URL: 'redis://localhost', AUTH_SECRET: SECRET };

function problemsOf(env: Record<string, string>, app = 'gateway'): readonly string[] {
  try {
    loadConfig(app, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  it('needs a database, a Redis and a way to check tokens', () => {
    expect(problemsOf(BASE)).toEqual([]);
    expect(problemsOf({})).toEqual([
      'DATABASE_URL is required.',
      'REDIS_URL is required in REDIS_MODE=single.',
      'AUTH_SECRET or AUTH_JWKS_URL is required.',
      'AUTH_GUEST=true needs AUTH_SECRET to sign guest tokens.',
    ]);
  });

  it('names every invalid variable at once, with its rule and the value it got', () => {
    const problems = problemsOf({ ...BASE, PORT: '70000', LOG_LEVEL: 'loud', POLL_MS: 'soon', ALLOWED_ORIGINS: 'x' });
    expect(problems).toHaveLength(3);
    expect(problems).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^PORT .*65535.*"70000"/),
        expect.stringMatching(/^LOG_LEVEL .*"loud"/),
        expect.stringMatching(/^POLL_MS must be a whole number, not "soon"/),
      ]),
    );
  });

  it('names an invalid variable once', () => {
    expect(problemsOf({ ...BASE, REDIS_URL: 'nonsense', REDIS_NODES: 'a' })).toHaveLength(2);
  });

  it('never prints a secret', () => {
    const problems = problemsOf({ ...BASE, AUTH_SECRET: 'hunter2', DATABASE_URL: 'mysql://u:hunter2@h' });
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toContain('hunter2');
  });

  it('takes an empty variable for an absent one', () => {
    expect(loadConfig('gateway', { ...BASE, PORT: '', INSTANCE_ID: '' }).service).toMatchObject({
      port: 8_000,
      instanceId: undefined,
    });
  });

  it('chooses defaults by app and environment', () => {
    expect(loadConfig('agent-worker', BASE).service.port).toBe(8_001);
    expect(loadConfig('gateway', BASE).auth.guest).toBe(true);
    const production = loadConfig('gateway', { ...BASE, HOLDFAST_ENV: 'production' });
    expect(production.auth.guest).toBe(false);
    expect(production.service.shutdownGraceMs).toBeGreaterThan(0);
  });

  it('lets guests into production only if that is said twice', () => {
    const guests = { ...BASE, HOLDFAST_ENV: 'production', AUTH_GUEST: 'true' };
    expect(problemsOf(guests)).toEqual([expect.stringContaining('AUTH_GUEST_IN_PRODUCTION')]);
    expect(problemsOf({ ...guests, AUTH_GUEST_IN_PRODUCTION: 'true' })).toEqual([]);
  });

  it('takes targets of alerts only with what they need, and over https', () => {
    const production = { ...BASE, HOLDFAST_ENV: 'production' };
    const problems = (env: Record<string, string>): readonly string[] =>
      problemsOf({ ...production, ...env }, 'slo-service');
    const hook = { ALERT_WEBHOOK_URL: 'https://hook.example/x' };
    expect(problems({})).toEqual([]);
    expect(problems(hook)).toEqual([expect.stringContaining('ALERT_WEBHOOK_SECRET')]);
    expect(problems({ ...hook, ALERT_WEBHOOK_SECRET: SECRET })).toEqual([]);
    expect(problems({ ALERT_FALLBACK: 'slack' })).toEqual([expect.stringContaining('not configured')]);
    const pages = { ALERT_PAGERDUTY_ROUTING_KEY: 'key' };
    expect(problems({ ...pages, ALERT_FALLBACK: 'pagerduty' })).toEqual([expect.stringContaining('only target')]);
    const both = { ...pages, ALERT_SLACK_WEBHOOK_URL: 'https://hooks.slack.com/x' };
    expect(problems({ ...both, ALERT_FALLBACK: 'slack' })).toEqual([]);
    const plain = { ALERT_ALERTMANAGER_URL: 'http://alertmanager:9093' };
    expect(problems(plain)).toEqual([expect.stringContaining('https://')]);
    expect(problems({ ...plain, ALERT_ALLOW_PRIVATE_TARGETS: 'true' })).toEqual([]);
    expect(problems({ ...plain, HOLDFAST_ENV: 'test' })).toEqual([]);
    expect(problems({ ALERT_SLACK_WEBHOOK_URL: 'hunter2' }).join()).not.toContain('hunter2');
  });

  it('reads lists and host:port pairs', () => {
    const config = loadConfig('gateway', {
      ...BASE,
      REDIS_MODE: 'cluster',
      REDIS_NODES: 'a:7000, b:7001',
      ALLOWED_ORIGINS: 'https://a.example, https://b.example,',
    });
    expect(config.redis.nodes).toEqual([
      { host: 'a', port: 7_000 },
      { host: 'b', port: 7_001 },
    ]);
    expect(config.auth.allowedOrigins).toEqual(['https://a.example', 'https://b.example']);
  });

  it('refuses to begin a shutdown that cannot end in time', () => {
    expect(problemsOf({ ...BASE, SHUTDOWN_TIMEOUT_MS: '4000', SHUTDOWN_GRACE_MS: '5000' })).toEqual([
      expect.stringContaining('SHUTDOWN_GRACE_MS'),
    ]);
  });

  it('refuses a shutdown that the platform would cut off, and leaves others alone', () => {
    const limits = { SHUTDOWN_TIMEOUT_MS: '55000', SHUTDOWN_GRACE_MS: '5000' };
    expect(problemsOf({ ...BASE, ...limits, TERMINATION_GRACE_PERIOD_S: '60' })).toEqual([]);
    expect(problemsOf({ ...BASE, ...limits, TERMINATION_GRACE_PERIOD_S: '59' })).toEqual([
      expect.stringMatching(/SHUTDOWN_TIMEOUT_MS.*SHUTDOWN_GRACE_MS.*TERMINATION_GRACE_PERIOD_S/),
    ]);
    expect(problemsOf({ ...BASE, TERMINATION_GRACE_PERIOD_S: 'long' })).toEqual([
      expect.stringContaining('TERMINATION_GRACE_PERIOD_S must be a whole number'),
    ]);
  });

  it('cannot be changed', () => {
    const config = loadConfig('gateway', BASE);
    expect(Object.isFrozen(config) && Object.isFrozen(config.service)).toBe(true);
  });

  it('declares each variable once, with a summary that ends as a sentence', () => {
    const variables = Object.values(SECTIONS).flatMap((section: Section): Variable<unknown>[] =>
      Object.values(section),
    );
    expect(new Set(variables.map(({ name }) => name)).size).toBe(variables.length);
    for (const { name, summary } of variables) {
      expect(name).toMatch(/^[A-Z][A-Z_]*[A-Z]$/);
      expect(summary).toMatch(/\.$/);
    }
  });

  it('hands out only secrets that an agent may name', () => {
    expect(readSecret('PATH')).toBeUndefined();
    expect(readSecret('HOLDFAST_SECRET_ABSENT')).toBeUndefined();
  });
});
