import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '@holdfast/testing';
import { isWorkload, selects } from './manifest.js';
import { hasKubectl, OVERLAYS, render } from './render.js';
import { ofKind, type NetworkPolicySpec } from './specs.js';

const APPS = ['agent-worker', 'gateway', 'slo-service'];

/** Addresses that people need, and those that are for the cluster alone. */
const PUBLIC_FILES = readdirSync(join(repositoryRoot(), 'apps/web/public')).map((name) => `/${name}`);
const PUBLIC = ['/', '/index.html', '/sw.js', '/ops', '/assets/a.js', '/api/me', '/socket.io/', ...PUBLIC_FILES];
const INTERNAL = ['/metrics', '/metrics/', '/health', '/health/ready', '/health/live', '/health/startup'];

const describeRendered = hasKubectl ? describe : describe.skip;

describeRendered.each(OVERLAYS)('the network of the overlay %s (skipped without kubectl)', (overlay) => {
  const manifests = hasKubectl ? render(overlay) : [];
  const pods = manifests.filter(isWorkload).map(({ spec }) => spec.template);
  const policies = ofKind(manifests, 'NetworkPolicy').map(({ metadata, spec }) => ({ name: metadata.name, spec }));
  const nameOf = ({ metadata }: (typeof pods)[number]) => metadata.labels['app.kubernetes.io/name'] ?? '';
  const selectedBy = (spec: NetworkPolicySpec) =>
    pods.filter(({ metadata }) => selects(spec.podSelector, metadata.labels));
  const policy = (name: string) => {
    const found = policies.find((candidate) => candidate.name === name);
    if (found === undefined) throw new Error(`There is no policy ${name}.`);
    return found.spec;
  };
  const namesUnder = (name: string) => selectedBy(policy(name)).map(nameOf).sort();

  it('lets nothing in and nothing out but by a policy', () => {
    expect(policy('default-deny')).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  });

  it('has no policy that selects no pod, names no port or opens one to everybody', () => {
    for (const { name, spec } of policies) {
      expect({ name, pods: selectedBy(spec).length }).not.toEqual({ name, pods: 0 });
      for (const { from } of spec.ingress ?? []) expect(from?.length).toBeGreaterThan(0);
      for (const { to, ports } of spec.egress ?? []) expect([to?.length, ports?.length]).not.toContain(0);
      const named = (spec.ingress ?? []).flatMap(({ ports = [] }) => ports).map(({ port }) => port);
      for (const pod of selectedBy(spec)) {
        const known = pod.spec.containers.flatMap(({ ports = [] }) => ports.map((port) => port.name));
        expect(known).toEqual(expect.arrayContaining(named));
      }
    }
  });

  it('lets each pod reach what it needs', () => {
    expect(namesUnder('dns')).toEqual(pods.map(nameOf).sort());
    expect(namesUnder('postgres')).toEqual([...APPS, 'migrate'].sort());
    expect(namesUnder('redis')).toEqual(APPS);
    expect(namesUnder('https')).toEqual(APPS);
  });

  it('lets people reach gateways, Prometheus the apps, and nobody else anything', () => {
    const incoming = policies.filter(({ spec }) => spec.policyTypes.includes('Ingress') && spec.ingress !== undefined);
    expect(incoming.map(({ name }) => name).filter((name) => name !== 'stores')).toEqual(['public', 'scrape']);
    expect(namesUnder('public')).toEqual(['gateway']);
    expect(namesUnder('scrape')).toEqual(APPS);
  });

  it('keeps pods away from private networks and the metadata service of the cloud', () => {
    const [rule] = policy('https').egress ?? [];
    expect(rule?.to?.[0]?.ipBlock?.except).toEqual(
      expect.arrayContaining(['10.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16']),
    );
  });

  it('publishes what people need and nothing else', () => {
    const [ingress, ...others] = ofKind(manifests, 'Ingress');
    expect(others).toEqual([]);
    const paths = (ingress?.spec.rules ?? []).flatMap(({ http }) => http.paths);
    const isPublished = (url: string) =>
      paths.some(({ path, pathType }) => url === path || (pathType === 'Prefix' && url.startsWith(`${path}/`)));
    expect(PUBLIC.filter((url) => !isPublished(url))).toEqual([]);
    expect(INTERNAL.filter(isPublished)).toEqual([]);
    const services = ofKind(manifests, 'Service');
    for (const { backend } of paths) {
      const service = services.find(({ metadata }) => metadata.name === backend.service.name);
      expect(service?.spec.ports.map(({ name }) => name)).toContain(backend.service.port.name);
    }
  });

  it('carries WebSockets for hours, with TLS but in development', () => {
    const [ingress] = ofKind(manifests, 'Ingress');
    const annotations = ingress?.metadata.annotations ?? {};
    expect(annotations['nginx.ingress.kubernetes.io/proxy-read-timeout']).toBe('3600');
    expect(annotations['nginx.ingress.kubernetes.io/proxy-send-timeout']).toBe('3600');
    const hosts = ingress?.spec.rules.map(({ host }) => host);
    if (overlay === 'development') expect(ingress?.spec.tls).toBeUndefined();
    else expect(ingress?.spec.tls?.flatMap((tls) => tls.hosts)).toEqual(hosts);
  });
});
