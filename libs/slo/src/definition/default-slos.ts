import { DAY, SECOND } from '../time.js';
import type { SloDefinition } from './slo-definition.js';

const WINDOW_MS = 30 * DAY;

/** What Holdfast promises unless told otherwise. */
export const DEFAULT_SLOS = [
  {
    id: 'chat-response-time',
    revision: 1,
    title: 'Chat response time',
    indicator:
      'Answers whose first token came within 2 s of the message; judged at 2 s. Cancelled by the user: left out.',
    service: 'chat',
    unit: 'events',
    objective: 0.95,
    comparison: 'at-least',
    deadlineMs: 2 * SECOND,
    windowMs: WINDOW_MS,
    unitsPerSample: 1,
    dependsOn: ['database-latency'],
  },
  {
    id: 'websocket-uptime',
    revision: 1,
    title: 'WebSocket uptime',
    indicator:
      'Wanted connection-seconds that were connected. A connection lost against its will counts as bad until it is back, ' +
      '300 s at most; a probe each minute stands in while nobody is connected.',
    service: 'gateway',
    unit: 'connection-seconds',
    objective: 0.995,
    comparison: 'above',
    deadlineMs: null,
    windowMs: WINDOW_MS,
    unitsPerSample: 300,
    dependsOn: [],
  },
  {
    id: 'error-rate',
    revision: 1,
    title: 'Error rate',
    indicator: 'Requests and commands that ended in a 5xx, a timeout or an unhandled fault are bad; 4xx are left out.',
    service: 'gateway',
    unit: 'events',
    objective: 0.999,
    comparison: 'above',
    deadlineMs: null,
    windowMs: WINDOW_MS,
    unitsPerSample: 1,
    dependsOn: ['database-latency'],
  },
  {
    id: 'database-latency',
    revision: 1,
    title: 'Database response time',
    indicator: 'Queries that ended well within 500 ms, waiting for a connection included; judged at 500 ms.',
    service: 'database',
    unit: 'events',
    objective: 0.95,
    comparison: 'at-least',
    deadlineMs: 500,
    windowMs: WINDOW_MS,
    unitsPerSample: 1,
    dependsOn: [],
  },
  {
    id: 'agent-execution',
    revision: 1,
    title: 'Agent execution',
    indicator: 'Runs that completed within 30 s; judged at 30 s. A failed run is bad, a cancelled one left out.',
    service: 'agent',
    unit: 'events',
    objective: 0.9,
    comparison: 'at-least',
    deadlineMs: 30 * SECOND,
    windowMs: WINDOW_MS,
    unitsPerSample: 1,
    dependsOn: ['database-latency'],
  },
] as const satisfies readonly SloDefinition[];

type Timed = Exclude<(typeof DEFAULT_SLOS)[number], { deadlineMs: null }>;

/** Deadline in ms of a default SLO that promises a time. */
export function deadlineOf(id: Timed['id']): number {
  return DEFAULT_SLOS.find((slo): slo is Timed => slo.id === id)?.deadlineMs ?? Infinity;
}
