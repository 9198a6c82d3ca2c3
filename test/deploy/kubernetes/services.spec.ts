import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { METRICS } from '@holdfast/observability';
import { repositoryRoot } from '@holdfast/testing';
import { parse } from 'yaml';
import { isWorkload, selects } from './manifest.js';
import { hasKubectl, OVERLAYS, render } from './render.js';
import { ofKind } from './specs.js';

interface AdapterValues {
  readonly rules: Readonly<Record<'custom' | 'external', readonly { readonly seriesQuery: string }[]>>;
}

const { rules } = parse(
  readFileSync(join(repositoryRoot(), 'k8s/prometheus-adapter/values.yaml'), 'utf8'),
) as AdapterValues;
const served = (kind: 'custom' | 'external') => rules[kind].map(({ seriesQuery }) => seriesQuery.split('{')[0]);

const describeRendered = hasKubectl ? describe : describe.skip;

describeRendered.each(OVERLAYS)('what serves the pods of the overlay %s (skipped without kubectl)', (overlay) => {
  const manifests = hasKubectl ? render(overlay) : [];
  const workloads = manifests.filter(isWorkload);
  const deployments = workloads.filter(({ kind }) => kind === 'Deployment');
  const autoscalers = ofKind(manifests, 'HorizontalPodAutoscaler');

  it('finds pods and their ports by every Service', () => {
    const services = ofKind(manifests, 'Service');
    expect(services.map(({ metadata }) => metadata.name)).toEqual(
      expect.arrayContaining(['agent-worker', 'gateway', 'slo-service']),
    );
    for (const { spec } of services) {
      const selected = workloads.filter((w) =>
        selects({ matchLabels: spec.selector }, w.spec.template.metadata.labels),
      );
      expect(selected).toHaveLength(1);
      const ports = selected[0]?.spec.template.spec.containers.flatMap((c) => c.ports ?? []).map(({ name }) => name);
      for (const { targetPort } of spec.ports) expect(ports).toContain(targetPort);
    }
  });

  it('lets one pod of an app go at a time', () => {
    const budgets = ofKind(manifests, 'PodDisruptionBudget');
    for (const { spec } of deployments) {
      const own = budgets.filter((budget) => selects(budget.spec.selector, spec.template.metadata.labels));
      expect(own.map((budget) => budget.spec.maxUnavailable)).toEqual([1]);
    }
  });

  it('selects by each Deployment the pods that it makes', () => {
    for (const { spec } of workloads.filter(({ kind }) => kind !== 'Job')) {
      expect(selects(spec.selector ?? {}, spec.template.metadata.labels)).toBe(true);
    }
  });

  it('scales by metrics that exist and that the adapter serves', () => {
    expect(autoscalers).toHaveLength(overlay === 'development' ? 0 : 2);
    for (const { spec } of autoscalers) {
      const target = deployments.find(({ metadata }) => metadata.name === spec.scaleTargetRef.name);
      expect(target).toBeDefined();
      // A number in the manifest would undo the autoscaler's with each deployment.
      expect(target?.spec.replicas).toBeUndefined();
      expect(spec.minReplicas).toBeGreaterThanOrEqual(2);
      expect(spec.maxReplicas).toBeGreaterThan(spec.minReplicas);
      for (const { pods, external } of spec.metrics) {
        const name = pods?.metric.name ?? external?.metric.name;
        if (name === undefined) continue;
        expect(Object.keys(METRICS)).toContain(name);
        expect(served(pods === undefined ? 'external' : 'custom')).toContain(name);
      }
    }
  });

  it('adds a gateway long before the others are full', () => {
    const [settings] = manifests.filter(({ kind }) => kind === 'ConfigMap');
    const most = Number(settings?.data?.['LIMIT_CONNECTIONS']);
    const targets = autoscalers
      .flatMap(({ spec }) => spec.metrics)
      .flatMap(({ pods }) => pods?.target.averageValue ?? []);
    for (const target of targets) expect(Number(target)).toBeLessThanOrEqual(most / 2);
  });

  it('tells Prometheus where each app has its metrics', () => {
    for (const { spec } of deployments) {
      const { annotations } = spec.template.metadata;
      const [port] = spec.template.spec.containers.flatMap(({ ports = [] }) => ports);
      expect(annotations).toEqual({
        'prometheus.io/scrape': 'true',
        'prometheus.io/port': String(port?.containerPort),
        'prometheus.io/path': '/metrics',
      });
    }
  });
});
