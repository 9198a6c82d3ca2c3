import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { Job } from 'kubernetes-models/batch/v1';
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Namespace, Secret, Service, ServiceAccount } from 'kubernetes-models/v1';
import type { Manifest } from './manifest.js';

interface Model {
  readonly apiVersion: string;
  readonly kind: string;
  readonly prototype: { validate(): void };
}

const MODELS: readonly Model[] = [
  ConfigMap,
  Deployment,
  HorizontalPodAutoscaler,
  Ingress,
  Job,
  Namespace,
  NetworkPolicy,
  PodDisruptionBudget,
  Secret,
  Service,
  ServiceAccount,
  StatefulSet,
];

/**
 * A copy of `value` that notes which of its keys are never looked at. The schemas accept fields that they do not know, so
 * a misspelt one would pass; but a check looks at every field that it knows, and lists those of a map.
 */
function watched(value: unknown, path: string, unread: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const keys = Array.isArray(value) ? [] : Object.keys(value).map((key) => `${path}/${key}`);
  for (const key of keys) unread.add(key);
  const entries = Object.entries(value).map(([key, item]) => [key, watched(item, `${path}/${key}`, unread)] as const);
  const copy: object = Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
  return new Proxy(copy, {
    get(target, key, receiver): unknown {
      unread.delete(`${path}/${String(key)}`);
      return Reflect.get(target, key, receiver);
    },
    ownKeys(target) {
      for (const key of keys) unread.delete(key);
      return Reflect.ownKeys(target);
    },
  });
}

/** What is wrong with an object by the schemas of Kubernetes, fields that they do not have included. */
export function schemaProblems(manifest: Manifest): readonly string[] {
  const { apiVersion, kind } = manifest;
  const model = MODELS.find((candidate) => candidate.apiVersion === apiVersion && candidate.kind === kind);
  if (model === undefined) return [`${apiVersion} ${kind} has no schema here`];
  const unread = new Set<string>();
  try {
    model.prototype.validate.call(watched(manifest, '', unread));
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  return [...unread].map((path) => `${path} is no field`);
}
