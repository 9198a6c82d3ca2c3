import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { METRICS } from '@holdfast/observability';
import { repositoryRoot } from '@holdfast/testing';
import { environmentOf as imageEnvironmentOf, parseDockerfile } from '../image/dockerfile.js';
import { composeFile } from './compose-file.js';

const root = repositoryRoot();
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const { services } = composeFile();
const stages = parseDockerfile(read('Dockerfile'));

/** `name:port` of every app of docker-compose.yml, or of those of one target. */
function addresses(target?: string): string[] {
  return Object.entries(services).flatMap(([name, { build }]) => {
    const port = build === undefined ? undefined : imageEnvironmentOf(stages, build.target)['PORT'];
    return port === undefined || (target ?? build?.target) !== build?.target ? [] : [`${name}:${port}`];
  });
}

describe('the balancer', () => {
  const balancer = read('deploy/balancer/haproxy.cfg');

  it('knows every gateway', () => {
    expect([...balancer.matchAll(/^ +server \S+ (\S+)$/gm)].map(([, address]) => address)).toEqual(
      addresses('gateway'),
    );
  });

  it('notices a draining gateway within the grace of its shutdown, and leaves its sockets alone', () => {
    const [, everyS = '', fall = ''] = /default-server check inter (\d+)s fall (\d+)/.exec(balancer) ?? [];
    const graceMs = Number(services['gateway-1']?.environment?.['SHUTDOWN_GRACE_MS']);
    expect(Number(everyS) * (Number(fall) + 1) * 1_000).toBeLessThan(graceMs);
    expect(balancer).toContain('uri /health/ready');
    expect(balancer).not.toContain('shutdown-sessions');
  });

  it('keeps metrics inside, and adds what it knows about a client behind what the client says', () => {
    expect(balancer).toMatch(/return status 404 if \{ path \/metrics \}/);
    expect(balancer).toContain('option forwardfor');
    for (const part of ['Proto', 'Host']) expect(balancer).toContain(`add-header X-Forwarded-${part} `);
  });
});

describe('monitoring', () => {
  const prometheus = parse(read('deploy/prometheus/prometheus.yml')) as {
    readonly alerting: unknown;
    readonly scrape_configs: readonly { readonly static_configs: readonly { readonly targets: readonly string[] }[] }[];
  };

  it('scrapes every app', () => {
    const targets = prometheus.scrape_configs.flatMap(({ static_configs }) => static_configs).flatMap((c) => c.targets);
    expect(targets.sort()).toEqual(addresses().sort());
    expect(JSON.stringify(prometheus.alerting)).toContain('alertmanager:9093');
  });

  it('asks only for metrics that exist', () => {
    const text = ['deploy/prometheus/rules/processes.yml', 'deploy/grafana/dashboards/overview.json']
      .map(read)
      .join('\n');
    const known = new Set<string>(Object.keys(METRICS));
    const asked = [...text.matchAll(/holdfast_\w+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((name) => !known.has(name))).toEqual([]);
  });
});
