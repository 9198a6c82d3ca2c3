import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { CHAT_NAMESPACE } from '@holdfast/contracts';
import type { Principal } from '@holdfast/conversation';
import type { SpawnedApp } from '@holdfast/testing';
import { cpuTimeMs, familyCpuTimeMs } from '../lib/cpu-time.js';
import { allDatabaseStatements, difference } from '../lib/database-statements.js';
import { report, verdict } from '../lib/report.js';
import { Samples } from '../lib/samples.js';
import { World } from '../lib/world.js';
import type { CrowdOrder, CrowdReport, CrowdServer } from './crowd-protocol.js';
import { Peer } from './peer.js';

const CLIENTS = 2_000;
const THREADS = 1_000;
const BYTES = 256;
/** Clients of a server that survives, who come and go before: it is not the first time that it runs its code. */
const REGULARS = 500;
const VISITS = 6;
/** Messages of each thread that are missed, unless the command names another number. */
const MISSED = 5;
/** Gateways that are left, unless the command names another number: production has three, and one dies. */
const SURVIVORS = 2;

const MAX_QUERIES = 50;
const MAX_SYNC_MS = 3_000;

interface Stage {
  readonly world: World;
  readonly crowd: ChildProcess;
  readonly regulars: ChildProcess;
}

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

/**
 * 2,000 clients with one to three threads each lose their gateway by kill -9, miss messages in every thread, and come back
 * at the same instant to the gateways that are left, which have not seen any of them, but have served others; then the same
 * to plain Socket.IO in as many processes, with and without a query for each client and thread. The clients share the
 * machine's cores.
 */
export async function reconnect(): Promise<boolean> {
  const [missed = MISSED, survivors = SURVIVORS] = process.argv.slice(3).map(Number);
  const world = await World.start();
  const stage = { world, crowd: people(), regulars: people() };
  const peers = await Promise.all(Array.from({ length: survivors }, () => Peer.start(world.postgres.url)));
  try {
    const ours = await comeBackToHoldfast(stage, { missed, survivors });
    const plain: Refuge = {
      servers: peers.map(({ url }) => ({ url, namespace: '/' })),
      pids: peers.map(({ pid }) => pid),
    };
    await visit(stage, plain);
    const bare = await comeBack(stage, 'plain Socket.IO, connect only', { ...plain, bare: true });
    await tell(stage.crowd, { order: 'disconnect' });
    const queriesBefore = await askedBy(peers);
    const tutorial = await comeBack(stage, 'plain Socket.IO, a query for each', { ...plain, bare: false });
    report('  Postgres statements', (await askedBy(peers)) - queriesBefore);

    report('synced / plain connect only (max)', (ours.synced.max / bare.ready.max).toFixed(2));
    report('synced / plain with queries (max)', (ours.synced.max / tutorial.synced.max).toFixed(2));
    return [
      verdict('all events, none twice, in order', ours.events === tutorial.events),
      verdict(`fewer than ${String(MAX_QUERIES)} statements`, ours.queries < MAX_QUERIES),
      verdict(`all synced within ${String(MAX_SYNC_MS)} ms`, ours.synced.max <= MAX_SYNC_MS),
    ].every(Boolean);
  } finally {
    stage.crowd.disconnect();
    stage.regulars.disconnect();
    for (const peer of peers) peer.stop();
    await world.end();
  }
}

/** One gateway more than `survivors` dies. */
async function comeBackToHoldfast(
  stage: Stage,
  { missed, survivors }: { missed: number; survivors: number },
): Promise<Return & { readonly queries: number }> {
  const { world, crowd } = stage;
  const dying = await world.gateway();
  const left = await Promise.all(Array.from({ length: survivors }, () => world.gateway()));
  const urls = left.map(({ url }) => url);
  const refuge: Refuge = { servers: left.map(chat), pids: left.map(({ pid }) => pid) };
  const threads = await seed(stage);
  await visit(stage, refuge);
  await tell(crowd, { order: 'connect', servers: [chat(dying)], bare: false });
  dying.signal('SIGKILL');
  await tell(crowd, { order: 'await-loss' });
  await world.append(threads, missed, BYTES);
  await world.analyze();

  const before = await allDatabaseStatements(urls);
  const ours = await comeBack(stage, 'Holdfast', { ...refuge, bare: false });
  const statements = difference(before, await allDatabaseStatements(urls));
  const queries = sum([...statements.values()].map(({ count }) => count));
  report('  Postgres statements', queries);
  for (const [name, { count, ms }] of statements) report(`    ${name}`, `${String(count)} (${String(ms)} ms)`);
  await tell(crowd, { order: 'disconnect' });
  await tell(crowd, { order: 'rewind' });
  await Promise.all(left.map((gateway) => gateway.stop()));
  return { ...ours, queries };
}

async function askedBy(peers: readonly Peer[]): Promise<number> {
  return sum(await Promise.all(peers.map((peer) => peer.queries())));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function people(): ChildProcess {
  return fork(process.argv[1] ?? '', ['crowd'], { execArgv: process.execArgv });
}

/** The regulars come and go, all of them at each server. */
async function visit({ regulars }: Stage, { servers }: Refuge): Promise<void> {
  for (const server of servers) {
    for (let nth = 0; nth < VISITS; nth += 1) {
      await tell(regulars, { order: 'connect', servers: [server], bare: false });
      await tell(regulars, { order: 'disconnect' });
    }
  }
}

function chat({ url }: SpawnedApp): CrowdServer {
  return { url, namespace: CHAT_NAMESPACE };
}

/** The members of a thread are spread over the crowd, so that threads are shared by clients that share no other. */
async function seed({ world, crowd, regulars }: Stage): Promise<{ threadId: string; sender: Principal }[]> {
  const users = await world.users(CLIENTS + REGULARS);
  const members: number[][] = Array.from({ length: THREADS }, () => []);
  for (let client = 0; client < CLIENTS; client += 1) {
    for (let nth = 0; nth <= client % 3; nth += 1) members[(client + nth * 331) % THREADS]?.push(client);
  }
  // A thread for two of the regulars.
  for (let client = CLIENTS; client < users.length; client += 2) members.push([client, client + 1]);
  const threadsOf = users.map(() => [] as string[]);
  const threads: { threadId: string; sender: Principal }[] = [];
  for (const numbers of members) {
    const people = numbers.flatMap((number) => users[number] ?? []);
    const [sender] = people;
    if (sender === undefined) continue;
    const threadId = await world.thread(people);
    threads.push({ threadId, sender });
    for (const number of numbers) threadsOf[number]?.push(threadId);
  }
  const all = threadsOf.map((threadIds, number) => ({ subject: `user-${String(number)}`, threadIds }));
  await tell(crowd, { order: 'prepare', members: all.slice(0, CLIENTS) });
  await tell(regulars, { order: 'prepare', members: all.slice(CLIENTS) });
  return threads.slice(0, THREADS);
}

/** All clients connect at once. */
async function comeBack(
  { world, crowd }: Stage,
  label: string,
  { servers, pids, bare }: Refuge & { bare: boolean },
): Promise<Return> {
  const cpu = async () =>
    [sum(await Promise.all(pids.map(cpuTimeMs))), await familyCpuTimeMs(world.postgres.pid)] as const;
  const [ownBefore, postgresBefore] = await cpu();
  const back = (await tell(crowd, { order: 'connect', servers, bare })) as CrowdReport;
  const [own, postgres] = await cpu();
  const [ready, synced] = [new Samples(back.ready), new Samples(back.synced)];
  report(label, '');
  report('  until ready', ready.toString());
  if (!bare) report('  until synced', synced.toString());
  if (!bare) report('  events caught up with', back.events);
  report('  connections tried again', back.retries);
  report('  CPU of the servers for 1,000 clients, ms', ((1_000 * (own - ownBefore)) / CLIENTS).toFixed(0));
  report(
    '  CPU of servers / Postgres / clients, ms',
    [own - ownBefore, postgres - postgresBefore, back.cpuMs].map((ms) => ms.toFixed(0)).join(' / '),
  );
  return { ready, synced, events: back.events };
}

async function tell(crowd: ChildProcess, order: CrowdOrder): Promise<unknown> {
  crowd.send(order);
  const [answer] = (await once(crowd, 'message')) as [{ failed?: string }];
  if (answer.failed !== undefined) throw new Error(answer.failed);
  return answer;
}
