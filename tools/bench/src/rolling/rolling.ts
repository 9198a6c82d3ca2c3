import { resolve } from 'node:path';
import { report, verdict } from '../lib/report.js';
import type { Samples } from '../lib/samples.js';
import { World } from '../lib/world.js';
import { replaceHoldfast, replacePlain, type Replacement } from './systems.js';

const MAX_P99_MS = 250;
const GATEWAYS = 3;
const WORKERS = 2;

/**
 * 300 clients, 20 of whom read an answer that is being written, while 3 gateways and 2 workers are replaced one by one
 * behind a balancer; and the same with plain Socket.IO. The clients and the balancer share one process, and all
 * processes the machine's cores.
 */
export async function rolling(): Promise<boolean> {
  const world = await World.start();
  try {
    const apps = [['gateway', GATEWAYS] as const, ['agent-worker', WORKERS] as const];
    const ours = await replaceHoldfast(world, { apps });
    const plain = await replacePlain(world, GATEWAYS);
    table(ours, plain);
    return judge(ours);
  } finally {
    await world.end();
  }
}

/**
 * `npm run deploy:rolling [-- folder]`: every process of a stack of its own, all three apps, is replaced under the same
 * load by the build in `folder` (as `dist`, a `node_modules` next to it), or by this one anew.
 */
export async function deployRolling(): Promise<boolean> {
  const world = await World.start();
  const [, folder] = process.argv.slice(2);
  try {
    // slo-service last: a worker that is older than its judging of runs that wait would count them again.
    const apps = [['gateway', GATEWAYS] as const, ['agent-worker', WORKERS] as const, ['slo-service', 1] as const];
    const ours = await replaceHoldfast(world, {
      apps,
      ...(folder === undefined ? {} : { nextDist: resolve(folder) }),
    });
    table(ours);
    return judge(ours);
  } finally {
    await world.end();
  }
}

function judge({ gaps, deliveries, lost, runs, unclean }: Replacement): boolean {
  return [
    verdict(`interruption below ${String(MAX_P99_MS)} ms (p99)`, gaps.quantile(0.99) < MAX_P99_MS),
    verdict('no message lost or doubled', lost === 0 && deliveries.duplicates === 0),
    verdict('no run failed or began again', runs.restarted === 0 && runs.failed === 0 && runs.streaming === 0),
    verdict('every process ended with 0', unclean.length === 0),
  ].every(Boolean);
}

/** One line per figure: ours, and with the other beside it, the other's, and how many times ours that is. */
function table(ours: Replacement, plain?: Replacement): void {
  const line = (label: string, of: (one: Replacement) => number): void => {
    const mine = of(ours);
    const cells = [mine.toFixed(0).padStart(10)];
    if (plain !== undefined) {
      const other = of(plain);
      cells.push(other.toFixed(0).padStart(10), (mine === 0 ? '-' : (other / mine).toFixed(1)).padStart(8));
    }
    report(label, cells.join(' '));
  };
  const quantiles = (label: string, of: (one: Replacement) => Samples): void => {
    line(`${label}, p50, ms`, (one) => of(one).quantile(0.5));
    line('  p99', (one) => of(one).quantile(0.99));
    line('  max', (one) => of(one).max);
  };
  report('', plain === undefined ? '  holdfast' : '  holdfast      plain    ratio');
  line('the replacement of all took, s', ({ seconds }) => seconds);
  line('longest stall of the clients, ms', ({ stallMs }) => stallMs);
  quantiles('longest interruption of a client', ({ gaps }) => gaps);
  quantiles('message until seen', ({ deliveries }) => deliveries.delays);
  line('messages sent', ({ deliveries }) => deliveries.messages);
  line('deliveries lost', ({ lost }) => lost);
  line('deliveries doubled', ({ deliveries }) => deliveries.duplicates);
  line('runs', ({ runs }) => runs.total);
  line('  that moved to another worker', ({ runs }) => runs.moved);
  line('  that began again from zero', ({ runs }) => runs.restarted);
  line('  that failed or never ended', ({ runs }) => runs.failed + runs.streaming);
  quantiles('longest wait for the next word of a run', ({ runs }) => runs.pauses);
  if (ours.unclean.length > 0) report('ended with another code than 0', ours.unclean.join(', '));
}
