import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@holdfast/testing';

export type AppKind = 'gateway' | 'agent-worker' | 'slo-service';

/** One process to run. */
export interface AppSpec {
  /** Instance name, shown and logged: gateway-1. */
  readonly name: string;
  readonly entry: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Counts and ports of the apps to run. */
export interface Topology {
  readonly gatewayPorts: readonly number[];
  readonly workerPorts: readonly number[];
  readonly sloPort: number;
  /** Address that the gateways listen on. */
  readonly gatewayHost: string;
  /** Whether others reach the gateways through a balancer that hides their addresses. */
  readonly hidesAddresses: boolean;
}

/** The processes of a stack; `shared` holds the variables that are the same for all. */
export function appSpecs(topology: Topology, shared: Readonly<Record<string, string | undefined>>): AppSpec[] {
  const dist = join(repositoryRoot(), 'dist');
  const page = join(dist, 'apps', 'web');
  const webRoot = existsSync(join(page, 'index.html')) ? { WEB_ROOT: page } : {};
  const spec = (kind: AppKind, name: string, port: number, own: Readonly<Record<string, string>>): AppSpec => ({
    name,
    port,
    entry: join(dist, 'apps', kind, 'apps', kind, 'src', 'main.js'),
    // The launcher reads the lines itself and makes them pretty on its screen.
    env: { ...shared, LOG_PRETTY: 'false', INSTANCE_ID: name, HOST: '127.0.0.1', ...own, PORT: String(port) },
  });
  const access = topology.hidesAddresses ? { OPS_FROM_LOOPBACK: 'false' } : {};
  return [
    spec('slo-service', 'slo-service-1', topology.sloPort, {}),
    ...topology.workerPorts.map((port, i) => spec('agent-worker', `agent-worker-${String(i + 1)}`, port, {})),
    ...topology.gatewayPorts.map((port, i) =>
      spec('gateway', `gateway-${String(i + 1)}`, port, { HOST: topology.gatewayHost, ...access, ...webRoot }),
    ),
  ];
}
