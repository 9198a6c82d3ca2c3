import type { Manifest, Selector } from './manifest.js';

interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface PolicyPort {
  readonly protocol: string;
  readonly port: number | string;
}

export interface NetworkPolicySpec {
  readonly podSelector: Selector;
  readonly policyTypes: readonly ('Ingress' | 'Egress')[];
  readonly ingress?: readonly { readonly from?: readonly Peer[]; readonly ports?: readonly PolicyPort[] }[];
  readonly egress?: readonly { readonly to?: readonly Peer[]; readonly ports?: readonly PolicyPort[] }[];
}

/** What these tests look at in the specs of the kinds that are no workloads. */
interface Specs {
  readonly Service: {
    readonly selector: Readonly<Record<string, string>>;
    readonly ports: readonly { readonly name: string; readonly port: number; readonly targetPort: string }[];
  };
  readonly PodDisruptionBudget: { readonly maxUnavailable: number; readonly selector: Selector };
  readonly HorizontalPodAutoscaler: {
    readonly scaleTargetRef: { readonly kind: string; readonly name: string };
    readonly minReplicas: number;
    readonly maxReplicas: number;
    readonly metrics: readonly {
      readonly type: string;
      readonly pods?: {
        readonly metric: { readonly name: string };
        readonly target: { readonly averageValue: string };
      };
      readonly external?: { readonly metric: { readonly name: string } };
    }[];
  };
  readonly Ingress: {
    readonly rules: readonly {
      readonly host: string;
      readonly http: {
        readonly paths: readonly {
          readonly path: string;
          readonly pathType: 'Exact' | 'Prefix';
          readonly backend: { readonly service: { readonly name: string; readonly port: { readonly name: string } } };
        }[];
      };
    }[];
    readonly tls?: readonly { readonly hosts: readonly string[]; readonly secretName: string }[];
  };
  readonly NetworkPolicy: NetworkPolicySpec;
}

/** Objects of one kind. */
export function ofKind<K extends keyof Specs>(
  manifests: readonly Manifest[],
  kind: K,
): readonly (Manifest & { readonly spec: Specs[K] })[] {
  return manifests.filter((manifest): manifest is Manifest & { readonly spec: Specs[K] } => manifest.kind === kind);
}
