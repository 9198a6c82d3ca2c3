import { CHAT_NAMESPACE } from '@holdfast/contracts';
import { cpuTimeMs, familyCpuTimeMs } from '../lib/cpu-time.js';
import { allDatabaseStatements, difference } from '../lib/database-statements.js';
import { report, verdict } from '../lib/report.js';
import { Samples } from '../lib/samples.js';
import type { CrowdServer } from './crowd-protocol.js';
import { Peer } from './peer.js';
import { CLIENTS, seed, setUp, type Stage } from './stage.js';

const BYTES = 256;
/** Times that the regulars of a server come and go. */
const VISITS = 6;
/** Messages of each thread that are missed, unless the command names another number. */
const MISSED = 5;
/** Gateways that are left, unless the command names another number: production has three, and one dies. */
const SURVIVORS = 2;

const MAX_QUERIES = 50;
const MAX_SYNC_MS = 3_000;

/** The servers that the crowd comes back to. */
interface Refuge {
  readonly servers: readonly CrowdServer[];
  readonly pids: readonly number[];
}

/** How a crowd came back. */
interface Return {
  readonly ready: Samples;
  readonly synced: Samples;
  readonly events: number;
}

interface Order {
  readonly missed: number;
  readonly survivors: number;
}

/**
 * 2,000 clients with one to three threads each lose their gateway by kill -9, miss messages in every thread, and come back
 * at the same instant to the gateways that are left, which have not seen any of them, but have served others; then the same
 * to plain Socket.IO in as many processes, with and without a query for each client and thread. The clients share the
 * machine's cores.
 */
export async function reconnect(): Promise<boolean> {
  const { missed, survivors } = orderOf(process.argv.slice(3));
  const stage = await setUp();
  const peers = await Promise.all(Array.from({ length: survivors }, () => Peer.start(stage.world.postgres.url)));
  try {
    const ours = await comeBackToHoldfast(stage, { missed, survivors });
    const plain: Refuge = {
      servers: peers.map(({ url }) => ({ url, namespace: '/' })),
      pids: peers.map(({ pid }) => pid),
    };
    await visit(stage, plain);
    const bare = await comeBack(stage, 'plain Socket.IO, connect only', { ...plain, bare: true });
    await stage.crowd.tell({ order: 'disconnect' });
    const queriesBefore = await askedBy(peers);
    const tutorial = await comeBack(stage, 'plain Socket.IO, a query for each', { ...plain, bare: false });
    report('  Postgres statements', (await askedBy(peers)) - queriesBefore);

    report('synced / plain connect only (max)', (ours.synced.max / bare.ready.max).toFixed(2));
    report('synced / plain with queries (max)', (ours.synced.max / tutorial.synced.max).toFixed(2));
    return [
      verdict('all events, none twice, in order', ours.events === ours.expected && tutorial.events === ours.expected),
      verdict(`fewer than ${String(MAX_QUERIES)} statements`, ours.queries < MAX_QUERIES),
      verdict(`all synced within ${String(MAX_SYNC_MS)} ms`, ours.synced.max <= MAX_SYNC_MS),
    ].every(Boolean);
  } finally {
    stage.crowd.leave();
    stage.regulars.leave();
    for (const peer of peers) peer.stop();
    await stage.world.end();
  }
}

function orderOf(given: readonly string[]): Order {
  const [missed = MISSED, survivors = SURVIVORS] = given.map(Number);
  return { missed, survivors };
}

/** One gateway more than `survivors` dies. */
async function comeBackToHoldfast(
  stage: Stage,
  { missed, survivors }: Order,
): Promise<Return & { readonly queries: number; readonly expected: number }> {
  const { world, crowd } = stage;
  const dying = await world.gateway();
  const left = await Promise.all(Array.from({ length: survivors }, () => world.gateway()));
  const urls = left.map(({ url }) => url);
  const refuge: Refuge = { servers: urls.map(chat), pids: left.map(({ pid }) => pid) };
  const { threads, memberships } = await seed(stage);
  await visit(stage, refuge);
  await crowd.connect({ servers: [chat(dying.url)], bare: false });
  dying.signal('SIGKILL');
  await crowd.tell({ order: 'await-loss' });
  await world.append(threads, missed, BYTES);
  await world.analyze();

  const before = await allDatabaseStatements(urls);
  const ours = await comeBack(stage, 'Holdfast', { ...refuge, bare: false });
  const statements = difference(before, await allDatabaseStatements(urls));
  const queries = sum([...statements.values()].map(({ count }) => count));
  report('  Postgres statements', queries);
  for (const [name, { count, ms }] of statements) report(`    ${name}`, `${String(count)} (${String(ms)} ms)`);
  await crowd.tell({ order: 'disconnect' });
  await crowd.tell({ order: 'rewind' });
  await Promise.all(left.map((gateway) => gateway.stop()));
  return { ...ours, queries, expected: memberships * missed };
}

/** The regulars come and go, all of them at each server. */
async function visit({ regulars }: Stage, { servers }: Refuge): Promise<void> {
  for (const server of servers) {
    for (let nth = 0; nth < VISITS; nth += 1) {
      await regulars.connect({ servers: [server], bare: false });
      await regulars.tell({ order: 'disconnect' });
    }
  }
}

function chat(url: string): CrowdServer {
  return { url, namespace: CHAT_NAMESPACE };
}

async function askedBy(peers: readonly Peer[]): Promise<number> {
  return sum(await Promise.all(peers.map((peer) => peer.queries())));
}

/** All clients connect at once. */
async function comeBack(
  { world, crowd }: Stage,
  label: string,
  { servers, pids, bare }: Refuge & { readonly bare: boolean },
): Promise<Return> {
  const cpu = async () => [
    sum(await Promise.all(pids.map(cpuTimeMs))),
    await familyCpuTimeMs(world.postgres.pid),
    await familyCpuTimeMs(world.redis.pid),
  ];
  const before = await cpu();
  const back = await crowd.connect({ servers, bare });
  const spent = (await cpu()).map((ms, index) => ms - (before[index] ?? 0));
  const [ready, synced] = [new Samples(back.ready), new Samples(back.synced)];
  report(label, '');
  report('  until ready', ready.toString());
  if (!bare) report('  until synced', synced.toString());
  if (!bare) report('  events caught up with', back.events);
  report('  connections tried again', back.retries);
  report('  CPU of the servers for 1,000 clients, ms', ((1_000 * (spent[0] ?? 0)) / CLIENTS).toFixed(0));
  report(
    '  CPU of servers / Postgres / Redis / clients, ms',
    [...spent, back.cpuMs].map((ms) => ms.toFixed(0)).join(' / '),
  );
  return { ready, synced, events: back.events };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
