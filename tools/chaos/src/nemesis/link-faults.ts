import type { LinkCounters, Toxic } from '@holdfast/testing';
import type { LinkFault } from '../plan/fault-specs.js';
import type { Inject } from './injection.js';

interface LinkToxic {
  readonly toxic: Toxic;
  /** What shows that it hit something. */
  readonly hit: (keyof LinkCounters)[];
}

const TOXICS: Readonly<Record<LinkFault, LinkToxic>> = {
  latency: { toxic: { type: 'latency', latencyMs: 150 }, hit: ['bytesDelayed'] },
  jitter: { toxic: { type: 'latency', latencyMs: 20, jitterMs: 400 }, hit: ['bytesDelayed'] },
  bandwidth: { toxic: { type: 'bandwidth', bytesPerS: 20_000 }, hit: ['bytesDelayed'] },
  reset: { toxic: { type: 'reset_peer' }, hit: ['cut', 'refused'] },
  'half-open': { toxic: { type: 'half_open' }, hit: ['bytesLost'] },
  'one-way': { toxic: { type: 'drop', stream: 'downstream' }, hit: ['bytesLost'] },
  partition: { toxic: { type: 'partition' }, hit: ['bytesDelayed', 'refused'] },
};

export function disturb(fault: LinkFault): Inject {
  const { toxic, hit } = TOXICS[fault];
  return (system, { target, injection }) => {
    const link = system.link(target);
    const before = link.counters();
    link.add(String(injection), toxic);
    return Promise.resolve({
      heal: () => {
        const after = link.counters();
        link.remove(String(injection));
        const changes = hit.map((name) => ({ name, by: after[name] - before[name] }));
        const effective = changes.some(({ by }) => by > 0);
        return Promise.resolve({ effective, detail: changes.map(({ name, by }) => `${name} ${by}`).join(', ') });
      },
    });
  };
}
