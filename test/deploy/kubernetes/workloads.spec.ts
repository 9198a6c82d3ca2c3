import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '@holdfast/config';
import { repositoryRoot } from '@holdfast/testing';
import { lastOf, parseDockerfile } from '../image/dockerfile.js';
import { SECRETS, VARIABLES } from '../variables.js';
import { isWorkload, selects, type Container, type Workload } from './manifest.js';
import { podEnvironment, targetOf } from './pod-environment.js';
import { hasKubectl, OVERLAYS, render } from './render.js';

const APPS = ['agent-worker', 'gateway', 'slo-service'];
const stages = parseDockerfile(readFileSync(join(repositoryRoot(), 'Dockerfile'), 'utf8'));

const describeRendered = hasKubectl ? describe : describe.skip;

describeRendered.each(OVERLAYS)('pods of the overlay %s (skipped without kubectl)', (overlay) => {
  const manifests = hasKubectl ? render(overlay) : [];
  const workloads = manifests.filter(isWorkload);
  const deployments = workloads.filter(({ kind }) => kind === 'Deployment');
  const podOf = (workload: Workload) => workload.spec.template.spec;
  const containers = workloads.flatMap((workload) => [
    ...(podOf(workload).initContainers ?? []),
    ...podOf(workload).containers,
  ]);
  const ours = containers.filter((container) => targetOf(container) !== '');
  const envOf = (container: Container) => podEnvironment(container, manifests, stages);

  it('are those of the three apps and of the migration', () => {
    expect(deployments.map(({ metadata }) => metadata.name)).toEqual(APPS);
    expect(ours.map(targetOf).sort()).toEqual([...APPS, 'migrate'].sort());
    for (const container of ours) expect(stages.map(({ name }) => name)).toContain(targetOf(container));
  });

  it('run one release, which is named', () => {
    const tags = new Set(ours.map(({ image }) => image.split(':')[1]));
    expect(tags.size).toBe(1);
    expect([undefined, 'latest']).not.toContain([...tags][0]);
  });

  it('get a configuration that their app accepts', () => {
    for (const deployment of deployments) {
      for (const container of podOf(deployment).containers) {
        const config = loadConfig(deployment.metadata.name, envOf(container));
        expect(config.service).toMatchObject({ environment: overlay, host: '0.0.0.0', instanceId: 'a-pod-1' });
        expect(container.ports?.map(({ containerPort }) => containerPort)).toEqual([config.service.port]);
        if (deployment.metadata.name === 'gateway') {
          expect(config.auth).toMatchObject({ trustProxy: 1, guest: overlay !== 'production' });
          expect(config.gateway.webRoot).toBeDefined();
        }
      }
    }
  });

  it('are given as long to end as they were told, and learn that balancers know before they refuse anybody', () => {
    for (const deployment of deployments) {
      const [container] = podOf(deployment).containers;
      if (container === undefined) throw new Error('A pod without a container.');
      const {
        terminationGraceS = 0,
        shutdownTimeoutMs,
        shutdownGraceMs,
      } = loadConfig('gateway', {
        AUTH_SECRET: 's'.repeat(32),
        ...envOf(container),
      }).service;
      expect(podOf(deployment).terminationGracePeriodSeconds).toBe(terminationGraceS);
      expect(shutdownTimeoutMs + 5_000).toBeLessThanOrEqual(terminationGraceS * 1_000);
      const { periodSeconds = 10, failureThreshold = 3 } = container.readinessProbe ?? {};
      expect(periodSeconds * failureThreshold * 1_000).toBeLessThan(shutdownGraceMs);
      // Its time would be taken from the same seconds.
      expect(container.lifecycle).toBeUndefined();
    }
  });

  it('name only variables that exist, and take secrets from Secrets alone', () => {
    for (const { data = {} } of manifests.filter(({ kind }) => kind === 'ConfigMap')) {
      expect(Object.keys(data).filter((name) => !VARIABLES.has(name) || SECRETS.has(name))).toEqual([]);
    }
    for (const { env = [] } of ours) {
      expect(env.filter(({ name }) => !VARIABLES.has(name))).toEqual([]);
      for (const { name, valueFrom } of env) {
        expect(valueFrom?.secretKeyRef !== undefined).toBe(SECRETS.has(name));
      }
    }
  });

  it('give the secret of the tokens to gateways alone', () => {
    const holders = ours.filter(({ env = [] }) => env.some(({ name }) => name === 'AUTH_SECRET'));
    expect(holders.map(targetOf)).toEqual(['gateway']);
  });

  it('are asked at the right addresses', () => {
    for (const { startupProbe, livenessProbe, readinessProbe } of deployments.flatMap((d) => podOf(d).containers)) {
      expect(startupProbe?.httpGet).toEqual({ path: '/health/startup', port: 'http' });
      expect(livenessProbe?.httpGet).toEqual({ path: '/health/live', port: 'http' });
      expect(readinessProbe?.httpGet).toEqual({ path: '/health/ready', port: 'http' });
      // An app waits this long for Postgres before it is started again.
      expect((startupProbe?.periodSeconds ?? 0) * (startupProbe?.failureThreshold ?? 0)).toBeGreaterThanOrEqual(120);
    }
  });

  it('are replaced without one too few', () => {
    for (const { spec } of deployments) {
      expect(spec.strategy).toMatchObject({ type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } });
      expect(spec.minReadySeconds).toBeGreaterThan(0);
    }
  });

  it('meet the restricted profile, and can write nowhere but in volumes', () => {
    for (const workload of workloads) {
      const { securityContext, serviceAccountName, automountServiceAccountToken, enableServiceLinks } = podOf(workload);
      expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect([automountServiceAccountToken, enableServiceLinks]).toEqual([false, false]);
      if (serviceAccountName === undefined) continue;
      const account = manifests.find(
        ({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === serviceAccountName,
      );
      expect(account?.automountServiceAccountToken).toBe(false);
    }
    for (const { securityContext, resources } of containers) {
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(Object.keys(resources?.requests ?? {})).toEqual(['cpu', 'memory']);
      expect(resources?.limits?.['memory']).toBeDefined();
    }
    const namespace = manifests.find(({ kind }) => kind === 'Namespace');
    expect(namespace?.metadata.labels?.['pod-security.kubernetes.io/enforce']).toBe('restricted');
    expect(new Set(manifests.map(({ metadata }) => metadata.namespace ?? metadata.name))).toEqual(
      new Set([namespace?.metadata.name]),
    );
  });

  it('run as the user of the image', () => {
    const [uid, gid] = (lastOf(stages, 'gateway', 'USER')?.text ?? '').split(':').map(Number);
    for (const deployment of deployments) {
      expect(podOf(deployment).securityContext).toMatchObject({ runAsUser: uid, runAsGroup: gid });
    }
  });

  it('spread over zones and nodes', () => {
    for (const deployment of deployments) {
      const constraints = podOf(deployment).topologySpreadConstraints ?? [];
      expect(constraints.map(({ topologyKey }) => topologyKey)).toEqual([
        'topology.kubernetes.io/zone',
        'kubernetes.io/hostname',
      ]);
      const { labels } = deployment.spec.template.metadata;
      expect(constraints.every(({ labelSelector }) => selects(labelSelector, labels))).toBe(true);
    }
  });

  it('refer to no Secret but those that the documentation names', () => {
    const names = ours.flatMap(({ env = [], envFrom = [] }) => [
      ...env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? []),
      ...envFrom.flatMap(({ secretRef }) => secretRef?.name ?? []),
    ]);
    expect(new Set(names.map((name) => name.replace(/^(holdfast)-[a-z0-9]{10}$/, '$1')))).toEqual(
      new Set(['holdfast', 'holdfast-agent-keys', 'holdfast-alerts']),
    );
  });
});
