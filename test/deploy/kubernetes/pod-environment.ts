import { environmentOf as imageEnvironmentOf, type Stage } from '../image/dockerfile.js';
import type { Container, Manifest } from './manifest.js';

/** Stands for what the cluster's Secret holds; each fits the rule of its variable. */
const SECRET_VALUES: Readonly<Record<string, string>> = {
  DATABASE_URL: 'postgresql://holdfast:secret@postgres:5432/holdfast',
  REDIS_URL: 'redis://redis:6379',
  AUTH_SECRET: 's'.repeat(32),
  OPS_TOKEN: 'o'.repeat(32),
};

/** Name of the image's target: the last part of its name without `holdfast-` and tag. */
export function targetOf({ image }: Container): string {
  return /(?:^|\/)holdfast-([a-z-]+)(?::|$)/.exec(image)?.[1] ?? '';
}

/** The environment of a container as the kubelet makes it, on top of its image's. */
export function podEnvironment(
  container: Container,
  manifests: readonly Manifest[],
  stages: readonly Stage[],
): Record<string, string> {
  const env: Record<string, string> = { ...imageEnvironmentOf(stages, targetOf(container)) };
  for (const { configMapRef } of container.envFrom ?? []) {
    if (configMapRef === undefined) continue;
    const map = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMapRef.name);
    if (map === undefined) throw new Error(`There is no ConfigMap ${configMapRef.name}.`);
    Object.assign(env, map.data);
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    env[name] = value ?? SECRET_VALUES[valueFrom?.secretKeyRef?.key ?? ''] ?? 'a-pod-1';
  }
  return env;
}
