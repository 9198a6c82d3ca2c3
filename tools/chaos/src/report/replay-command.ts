import type { Verdict } from '../checker/index.js';

/** Runs the same plan again. Real processes interleave as they like, so that it may take several tries. */
export function replayCommand({ seed, minutes, rate, plannedFaults }: Verdict): string {
  const faults = plannedFaults.length === 0 ? 'none' : plannedFaults.join(',');
  const speed = rate === undefined ? '' : ` --rate ${rate}`;
  return `npm run chaos -- --seed ${seed} --minutes ${minutes}${speed} --faults ${faults}`;
}
