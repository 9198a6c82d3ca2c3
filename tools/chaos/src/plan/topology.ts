import type { AppName } from '@holdfast/testing';

/** One process of the system under test. */
export interface NodeSpec {
  readonly name: string;
  readonly app: AppName;
}

/** The processes that every run has, servers aside. */
export const NODES: readonly NodeSpec[] = [
  { name: 'gateway-1', app: 'gateway' },
  { name: 'gateway-2', app: 'gateway' },
  { name: 'agent-worker-1', app: 'agent-worker' },
  { name: 'agent-worker-2', app: 'agent-worker' },
  { name: 'slo-service-1', app: 'slo-service' },
];

export const namesOf = (app: AppName): string[] => NODES.filter((node) => node.app === app).map(({ name }) => name);

/** Where a proxy stands: `<node>><server>`, or `clients><gateway>`. */
export type LinkName = `${string}>${string}`;

export const linkOf = (from: string, to: string): LinkName => `${from}>${to}`;

/** Links to a server, slo-service left out: nobody waits for it. */
export const linksTo = (server: 'redis' | 'postgres'): LinkName[] =>
  [...namesOf('gateway'), ...namesOf('agent-worker')].map((node) => linkOf(node, server));

export const clientLinks = (): LinkName[] => namesOf('gateway').map((gateway) => linkOf('clients', gateway));
