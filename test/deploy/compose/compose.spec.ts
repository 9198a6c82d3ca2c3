import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '@holdfast/config';
import { repositoryRoot } from '@holdfast/testing';
import { environmentOf as imageEnvironmentOf, parseDockerfile } from '../image/dockerfile.js';
import { VARIABLES } from '../variables.js';
import { composeFile, environmentOf, interpolate } from './compose-file.js';

const { services, networks, volumes } = composeFile();
const stages = parseDockerfile(readFileSync(join(repositoryRoot(), 'Dockerfile'), 'utf8'));
const DOT_ENV = { POSTGRES_PASSWORD: 'p'.repeat(48), AUTH_SECRET: 'a'.repeat(64) };

const ours = Object.entries(services).flatMap(([name, service]) =>
  service.build === undefined ? [] : [{ name, service, target: service.build.target }],
);
const apps = ours.filter(({ target }) => target !== 'migrate');

describe('docker-compose.yml', () => {
  it('runs two gateways, two workers and everything that they need', () => {
    expect(apps.map(({ target }) => target)).toEqual([
      'gateway',
      'gateway',
      'agent-worker',
      'agent-worker',
      'slo-service',
    ]);
    const others = Object.keys(services).filter((name) => services[name]?.build === undefined);
    expect(others).toEqual(['postgres', 'redis', 'balancer', 'prometheus', 'alertmanager', 'grafana']);
  });

  it('builds targets that the Dockerfile has', () => {
    const targets = stages.map(({ name }) => name);
    for (const { service, target } of ours) {
      expect(targets).toContain(target);
      expect(service.image).toMatch(new RegExp(`^holdfast-${target}:`));
    }
  });

  it('sets only variables that the configuration knows', () => {
    for (const { service } of ours) {
      expect(Object.keys(service.environment ?? {}).filter((name) => !VARIABLES.has(name))).toEqual([]);
    }
  });

  it.each(['staging', 'production'])('gives every app a configuration that it accepts, with HOLDFAST_ENV=%s', (env) => {
    for (const { service, target } of apps) {
      const given = environmentOf(service, { ...DOT_ENV, HOLDFAST_ENV: env });
      const config = loadConfig(target, { ...imageEnvironmentOf(stages, target), ...given });
      expect(config.service).toMatchObject({ environment: env, host: '0.0.0.0', terminationGraceS: 65 });
      if (target === 'gateway') expect(config.auth).toMatchObject({ guest: env === 'staging', trustProxy: 1 });
    }
  });

  it('gives each process a name of its own', () => {
    const names = apps.map(({ service }) => service.environment?.['INSTANCE_ID']);
    expect(new Set(names).size).toBe(apps.length);
  });

  it('refuses to start without a secret', () => {
    const text = services['gateway-1']?.environment?.['AUTH_SECRET'] ?? '';
    expect(() => interpolate(text, {})).toThrow(/AUTH_SECRET is missing in \.env/);
  });

  it('gives the secret of the tokens to gateways alone', () => {
    const holders = ours.filter(({ service }) => 'AUTH_SECRET' in (service.environment ?? {}));
    expect(new Set(holders.map(({ target }) => target))).toEqual(new Set(['gateway']));
  });

  it('waits as long for each app to end as the app was told', () => {
    for (const { service } of apps) {
      expect(service.stop_grace_period).toBe(`${service.environment?.['TERMINATION_GRACE_PERIOD_S'] ?? ''}s`);
    }
  });

  it('starts apps once the schema is there, and the balancer once the gateways are', () => {
    for (const { service } of apps) {
      expect(service.depends_on?.['migrate']?.condition).toBe('service_completed_successfully');
    }
    expect(Object.keys(services['balancer']?.depends_on ?? {})).toEqual(['gateway-1', 'gateway-2']);
    for (const name of ['postgres', 'redis']) expect(services[name]?.healthcheck).toBeDefined();
  });

  it('refers only to services, networks, volumes and files that exist', () => {
    for (const service of Object.values(services)) {
      for (const name of Object.keys(service.depends_on ?? {})) expect(Object.keys(services)).toContain(name);
      for (const name of service.networks ?? []) expect(['default', ...Object.keys(networks)]).toContain(name);
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('./')) expect(existsSync(join(repositoryRoot(), source))).toBe(true);
        else expect(Object.keys(volumes)).toContain(source);
      }
    }
  });

  it('hardens what faces people, and keeps the data out of their reach', () => {
    for (const [name, service] of Object.entries(services)) {
      if (name === 'postgres' || name === 'redis') {
        expect(service.ports).toBeUndefined();
        expect(service.networks).toEqual(['data']);
      } else {
        expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
      }
    }
    expect(networks['data']?.internal).toBe(true);
  });

  it('keeps the data of Redis, and evicts none of it', () => {
    expect(services['redis']?.command?.join(' ')).toContain('--appendonly yes');
    expect(services['redis']?.command?.join(' ')).toContain('--maxmemory-policy noeviction');
  });

  it('starts monitoring only when asked to, reachable from this machine alone', () => {
    for (const name of ['prometheus', 'alertmanager', 'grafana']) {
      expect(services[name]?.profiles).toEqual(['monitoring']);
      for (const port of services[name]?.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });
});
