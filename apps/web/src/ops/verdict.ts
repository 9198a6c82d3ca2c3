import { count } from '../parts/format.js';
import type { SystemStatus } from './use-system-status.js';

export interface Verdict {
  readonly tone: 'good' | 'warning' | 'critical' | 'unknown';
  readonly text: string;
}

type Instance = SystemStatus['instances'][number];

/** Heartbeats come more often; an older one means that the instance may be gone, ms. */
const STALE_MS = 10_000;
/** Delays beyond this are felt, ms. */
const LAG_MS = 100;

export type Condition = 'no heartbeat' | 'draining' | 'slow' | 'ready';

export function conditionOf({ ageMs, state, loopLagMs }: Instance): Condition {
  if (ageMs > STALE_MS) return 'no heartbeat';
  if (state === 'draining') return 'draining';
  return loopLagMs > LAG_MS ? 'slow' : 'ready';
}

const RANK: Readonly<Record<Condition, number>> = { 'no heartbeat': 0, slow: 1, draining: 2, ready: 3 };

/** Worst first, then by app and name. */
export function worstFirst(instances: readonly Instance[]): readonly Instance[] {
  return [...instances].sort(
    (a, b) =>
      RANK[conditionOf(a)] - RANK[conditionOf(b)] ||
      a.app.localeCompare(b.app) ||
      a.instanceId.localeCompare(b.instanceId),
  );
}

/** The state in one sentence. It claims nothing that was not told. */
export function verdictOf(status: SystemStatus | null, fault: string | null): Verdict {
  if (fault !== null) return { tone: 'critical', text: `The gateway did not tell its state: ${fault}.` };
  if (status === null) return { tone: 'unknown', text: 'Asking the gateway' };
  if (status.registry === 'unavailable') {
    return {
      tone: 'warning',
      text: 'Redis does not answer: chat goes on more slowly, and the instances are not known.',
    };
  }
  const of = (condition: Condition) => status.instances.filter((instance) => conditionOf(instance) === condition);
  const silent = of('no heartbeat');
  if (silent.length > 0) return { tone: 'critical', text: `${names(silent)}: no heartbeat.` };
  if (!status.instances.some(({ app }) => app === 'agent-worker')) {
    return { tone: 'critical', text: 'No agent-worker runs: messages are kept, agents do not answer.' };
  }
  if (status.sloService === null) return { tone: 'warning', text: 'No slo-service answers: nothing is measured.' };
  const slow = of('slow');
  if (slow.length > 0) return { tone: 'warning', text: `${names(slow)}: slow to react.` };
  const draining = of('draining');
  if (draining.length > 0) return { tone: 'warning', text: `${names(draining)}: draining.` };
  return { tone: 'good', text: `All ${count(status.instances.length, 'instance')} ready` };
}

function names(instances: readonly Instance[]): string {
  return instances.map(({ instanceId }) => instanceId).join(', ');
}
