import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { databaseStatements } from '../lib/database-statements.js';
import { report, verdict } from '../lib/report.js';
import { Samples } from '../lib/samples.js';
import { World } from '../lib/world.js';

const PROBES_PER_S = 500;
const SECONDS = 30;
const TICK_MS = 10;
const MAX_P99_MS = 50;

/** Statements that a server has sent to Postgres so far. */
type Count = () => Promise<number>;

interface Measured {
  readonly latencies: Samples;
  readonly failed: number;
  readonly queriesPerS: number;
}

/**
 * 500 readiness probes per second for 30 s, sent on time whether or not earlier ones have been answered, to a gateway and
 * to a Terminus controller that checks at each request; and how often each asks Postgres with and without them.
 */
export async function health(): Promise<boolean> {
  const world = await World.start();
  try {
    const gateway = await world.gateway();
    const asked = () => statementsOf(gateway.url);
    const idle = await idleQueriesPerS(asked);
    const ours = await probe(gateway.url, asked);
    await gateway.stop();

    const child = fork(process.argv[1] ?? '', ['naive', world.postgres.url, world.redis.url], {
      execArgv: process.execArgv,
    });
    const [{ url }] = (await once(child, 'message')) as [{ url: string }];
    const naive = await probe(url, () => queriesOf(url));
    child.disconnect();
    await once(child, 'exit');
    return tell(idle, ours, naive);
  } finally {
    await world.end();
  }
}

function tell(idle: number, ours: Measured, naive: Measured): boolean {
  report(`${String(PROBES_PER_S)} probes/s for ${String(SECONDS)} s, gateway`, ours.latencies.toString());
  report('the same, checking at each request', naive.latencies.toString());
  report('failed probes, gateway / checking', `${String(ours.failed)} / ${String(naive.failed)}`);
  report('p99 ratio, checking / gateway', (naive.latencies.quantile(0.99) / ours.latencies.quantile(0.99)).toFixed(1));
  report('statements per s, gateway without probes', idle.toFixed(1));
  report('statements per s, gateway with probes', ours.queriesPerS.toFixed(1));
  report('statements per s, checking', naive.queriesPerS.toFixed(1));
  return [
    verdict(`p99 below ${String(MAX_P99_MS)} ms`, ours.latencies.quantile(0.99) < MAX_P99_MS),
    verdict('probes do not reach Postgres', ours.queriesPerS < idle + 2),
  ].every(Boolean);
}

async function idleQueriesPerS(count: Count): Promise<number> {
  const before = await count();
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1_000));
  return ((await count()) - before) / SECONDS;
}

async function statementsOf(gatewayUrl: string): Promise<number> {
  return [...(await databaseStatements(gatewayUrl)).values()].reduce((sum, { count }) => sum + count, 0);
}

async function queriesOf(url: string): Promise<number> {
  return ((await (await fetch(`${url}/health/queries`)).json()) as { queries: number }).queries;
}

async function probe(url: string, count: Count): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const latencies = new Samples();
  let failed = 0;
  const pending: Promise<void>[] = [];
  const before = await count();
  const startedAt = performance.now();
  const total = PROBES_PER_S * SECONDS;
  while (pending.length < total) {
    const due = Math.min(total, ((performance.now() - startedAt) * PROBES_PER_S) / 1_000);
    while (pending.length < due) {
      // From when it was due, so that a late start counts too.
      const dueAt = startedAt + (pending.length * 1_000) / PROBES_PER_S;
      const answered = request(`${url}/health/ready`, agent).then((ok) => {
        latencies.add(performance.now() - dueAt);
        if (!ok) failed += 1;
      });
      pending.push(answered);
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  await Promise.all(pending);
  const seconds = (performance.now() - startedAt) / 1_000;
  agent.destroy();
  return { latencies, failed, queriesPerS: ((await count()) - before) / seconds };
}

function request(url: string, agent: Agent): Promise<boolean> {
  return new Promise((resolve) => {
    get(url, { agent }, (reply) => {
      reply.resume();
      reply.once('end', () => {
        resolve(reply.statusCode === 200);
      });
    }).once('error', () => {
      resolve(false);
    });
  });
}
