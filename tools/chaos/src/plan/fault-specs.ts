import { clientLinks, linksTo, namesOf } from './topology.js';

/** What can be done to the system, as data: how it is done stands in nemesis/. */
export interface FaultSpec {
  readonly name: string;
  readonly targets: readonly string[];
  /** How long it lasts, in ms: shortest and longest. */
  readonly holdMs: readonly [number, number];
}

const PROCESS_FAULTS: readonly FaultSpec[] = [
  { name: 'kill-gateway', targets: namesOf('gateway'), holdMs: [100, 3_000] },
  { name: 'kill-worker', targets: namesOf('agent-worker'), holdMs: [100, 4_000] },
  { name: 'kill-slo', targets: namesOf('slo-service'), holdMs: [100, 2_000] },
  { name: 'stop-gateway', targets: namesOf('gateway'), holdMs: [1_000, 8_000] },
  { name: 'stop-worker', targets: namesOf('agent-worker'), holdMs: [1_000, 8_000] },
  { name: 'term-gateway', targets: namesOf('gateway'), holdMs: [100, 2_000] },
  { name: 'term-worker', targets: namesOf('agent-worker'), holdMs: [100, 2_000] },
  { name: 'term-slo', targets: namesOf('slo-service'), holdMs: [100, 2_000] },
];

const SERVER_FAULTS: readonly FaultSpec[] = [
  { name: 'kill-redis', targets: ['redis'], holdMs: [500, 20_000] },
  { name: 'empty-redis', targets: ['redis'], holdMs: [200, 4_000] },
  { name: 'pause-redis', targets: ['redis'], holdMs: [1_000, 8_000] },
  { name: 'kill-postgres', targets: ['postgres'], holdMs: [200, 5_000] },
  { name: 'pause-postgres', targets: ['postgres'], holdMs: [1_000, 6_000] },
  { name: 'readonly-postgres', targets: ['postgres'], holdMs: [2_000, 7_000] },
];

export const LINK_FAULTS = ['latency', 'jitter', 'bandwidth', 'reset', 'half-open', 'partition', 'one-way'] as const;
export type LinkFault = (typeof LINK_FAULTS)[number];

const LINK_HOLD_MS: Readonly<Record<LinkFault, readonly [number, number]>> = {
  latency: [3_000, 8_000],
  jitter: [3_000, 8_000],
  bandwidth: [3_000, 8_000],
  reset: [100, 1_500],
  'half-open': [2_000, 12_000],
  partition: [2_000, 10_000],
  'one-way': [2_000, 8_000],
};

const LINKS = [
  { suffix: 'redis', targets: linksTo('redis') },
  { suffix: 'postgres', targets: linksTo('postgres') },
  { suffix: 'clients', targets: clientLinks() },
] as const;

export const FAULT_SPECS: readonly FaultSpec[] = [
  ...PROCESS_FAULTS,
  ...SERVER_FAULTS,
  ...LINK_FAULTS.flatMap((fault) =>
    LINKS.map(({ suffix, targets }) => ({ name: `${fault}-${suffix}`, targets, holdMs: LINK_HOLD_MS[fault] })),
  ),
];

/** Names of the faults that `--faults` chooses: `all`, `none`, names, or beginnings of names such as `kill`. */
export function chooseFaults(choice: string): string[] {
  if (choice === 'none') return [];
  const wanted = choice.split(',').map((word) => word.trim());
  const chosen = FAULT_SPECS.map(({ name }) => name).filter((name) =>
    wanted.some((word) => word === 'all' || word === name || name.startsWith(`${word}-`)),
  );
  const unknown = wanted.find(
    (word) => word !== 'all' && !chosen.some((name) => name === word || name.startsWith(`${word}-`)),
  );
  if (unknown !== undefined) {
    throw new RangeError(`There is no fault "${unknown}": npm run chaos -- --help lists them.`);
  }
  return chosen;
}
