import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { repositoryRoot } from '@holdfast/testing';
import type { Manifest } from './manifest.js';

const FOLDER = join(repositoryRoot(), 'k8s');
const KUBECTL = 'kubectl';

export const OVERLAYS = ['development', 'staging', 'production'] as const;
export type Overlay = (typeof OVERLAYS)[number];

function documents(source: string): unknown[] {
  return parseAllDocuments(source).map((document) => document.toJS() as unknown);
}

function isManifest(document: unknown): document is Manifest {
  return typeof document === 'object' && document !== null && 'apiVersion' in document && 'kind' in document;
}

/** Every object that is written down under k8s/, by its file: before kustomize, and without what is for kustomize alone. */
export function sourceManifests(): readonly { readonly file: string; readonly manifest: Manifest }[] {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.yaml') && basename(file) !== 'kustomization.yaml',
  );
  return files.sort().flatMap((file) =>
    documents(readFileSync(join(FOLDER, file), 'utf8'))
      .filter(isManifest)
      .map((manifest) => ({ file, manifest })),
  );
}

/** kustomize breaks the lines of long secrets; what decodes them does not mind, but the schemas do. */
function unbroken(manifest: Manifest): Manifest {
  if (manifest.kind !== 'Secret') return manifest;
  const entries = Object.entries(manifest.data ?? {}).map(([name, value]) => [name, value.replaceAll('\n', '')]);
  return { ...manifest, data: Object.fromEntries(entries) as Record<string, string> };
}

/** Whether this machine has a kubectl that renders; where it has none, the tests that need it are shown as skipped. */
export const hasKubectl = spawnSync(KUBECTL, ['kustomize', '--help']).status === 0;

/**
 * What `kubectl kustomize` makes of an overlay.
 * @throws Error with what kubectl says.
 */
export function render(overlay: Overlay): readonly Manifest[] {
  const { status, stdout, stderr } = spawnSync(KUBECTL, ['kustomize', join(FOLDER, 'overlays', overlay)], {
    encoding: 'utf8',
    maxBuffer: 16 * 1_024 * 1_024,
  });
  if (status !== 0) throw new Error(`kubectl kustomize ${overlay}: ${stderr}`);
  return documents(stdout).filter(isManifest).map(unbroken);
}
