import { LINK_FAULTS } from '../plan/fault-specs.js';
import type { Inject } from './injection.js';
import { disturb } from './link-faults.js';
import { kill, stop, terminate } from './process-faults.js';
import { killServer, pauseServer, postgres, readOnly, redis } from './server-faults.js';

/** How each fault of the plan is done. */
export const INJECTORS: ReadonlyMap<string, Inject> = new Map<string, Inject>([
  ['kill-gateway', kill],
  ['kill-worker', kill],
  ['kill-slo', kill],
  ['stop-gateway', stop],
  ['stop-worker', stop],
  ['term-gateway', terminate],
  ['term-worker', terminate],
  ['term-slo', terminate],
  ['kill-redis', killServer(redis)],
  ['empty-redis', killServer(redis, { empty: true })],
  ['pause-redis', pauseServer(redis)],
  ['kill-postgres', killServer(postgres)],
  ['pause-postgres', pauseServer(postgres)],
  ['readonly-postgres', readOnly],
  ...LINK_FAULTS.flatMap((fault) =>
    ['redis', 'postgres', 'clients'].map((end) => [`${fault}-${end}`, disturb(fault)] as const),
  ),
]);
