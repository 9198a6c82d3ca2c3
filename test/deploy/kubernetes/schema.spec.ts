import { describe, expect, it } from '@jest/globals';
import { hasKubectl, OVERLAYS, render, sourceManifests } from './render.js';
import { schemaProblems } from './schema.js';
import type { Manifest } from './manifest.js';

const sources = sourceManifests();

/** A Deployment of ours with a change of its pod's spec. */
function changed(change: Record<string, unknown>): Manifest {
  const found = sources.find(({ manifest }) => manifest.kind === 'Deployment')?.manifest;
  const copy = structuredClone(found) as Manifest & { spec: { template: { spec: Record<string, unknown> } } };
  Object.assign(copy.spec.template.spec, change);
  return copy;
}

describe('the schemas of Kubernetes', () => {
  it.each(sources.map(({ file, manifest }) => [file, manifest] as const))('accept %s', (_file, manifest) => {
    expect(schemaProblems(manifest)).toEqual([]);
  });

  it('refuse a misspelt field and a value of the wrong type', () => {
    expect(schemaProblems(changed({}))).toEqual([]);
    expect(schemaProblems(changed({ terminationGracePeriodSecond: 5 }))).toEqual([
      '/spec/template/spec/terminationGracePeriodSecond is no field',
    ]);
    expect(schemaProblems(changed({ terminationGracePeriodSeconds: '5' }))).toHaveLength(1);
    expect(schemaProblems(changed({ containers: undefined }))).toHaveLength(1);
  });

  (hasKubectl ? it : it.skip).each(OVERLAYS)('accept the overlay %s (skipped without kubectl)', (overlay) => {
    const manifests = render(overlay);
    expect(manifests.length).toBeGreaterThan(20);
    expect(manifests.flatMap(schemaProblems)).toEqual([]);
  });
});
