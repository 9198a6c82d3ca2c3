import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { CHAT_NAMESPACE } from '@holdfast/contracts';
import type { Principal } from '@holdfast/conversation';
import type { SpawnedApp } from '@holdfast/testing';
import { cpuTimeMs, familyCpuTimeMs } from '../lib/cpu-time.js';
import { databaseStatements, difference } from '../lib/database-statements.js';
import { report, verdict } from '../lib/report.js';
import { Samples } from '../lib/samples.js';
import { World } from '../lib/world.js';
import type { CrowdOrder, CrowdReport, CrowdServer } from './crowd-protocol.js';
import { Peer } from './peer.js';

const CLIENTS = 2_000;
const THREADS = 1_000;
const BYTES = 256;
/** Clients of the server that survives, who come and go before: it is not the first time that it runs its code. */
const REGULARS = 500;
const VISITS = 6;
/** Messages of each thread that are missed, unless the command names another number. */
const MISSED = 50;

const MAX_QUERIES = 50;
const MAX_SYNC_MS = 3_000;

interface Stage {
  readonly world: World;
  readonly crowd: ChildProcess;
  readonly regulars: ChildProcess;
}

/** How a crowd came back. */
interface Return {
  readonly ready: Samples;
  readonly synced: Samples;
  readonly events: number;
}

/**
 * 2,000 clients with one to three threads each lose their gateway by kill -9, miss 50 messages in every thread, and come
 * back at the same instant to another gateway that has not seen any of them, but has served others; then the same to plain
 * Socket.IO, with and without a query for each client and thread. The clients share the machine's cores.
 */
export async function reconnect(): Promise<boolean> {
  const missed = Number(process.argv[3] ?? MISSED);
  const world = await World.start();
  const [crowd, regulars] = [people(), people()];
  const stage = { world, crowd, regulars };
  const peer = await Peer.start(world.postgres.url);
  try {
    const [first, second] = await Promise.all([world.gateway(), world.gateway()]);
    const threads = await seed(stage);
    await visit(stage, chat(second));
    await tell(crowd, { order: 'connect', server: chat(first), bare: false });
    first.signal('SIGKILL');
    await tell(crowd, { order: 'await-loss' });
    await world.append(threads, missed, BYTES);
    await world.analyze();

    const before = await databaseStatements(second.url);
    const ours = await comeBack(stage, 'Holdfast', { server: chat(second), pid: second.pid, bare: false });
    const statements = difference(before, await databaseStatements(second.url));
    const queries = [...statements.values()].reduce((sum, { count }) => sum + count, 0);
    report('  Postgres statements', queries);
    for (const [name, { count, ms }] of statements) report(`    ${name}`, `${String(count)} (${String(ms)} ms)`);
    await tell(crowd, { order: 'disconnect' });
    await tell(crowd, { order: 'rewind' });
    await second.stop();

    const plain = { server: { url: peer.url, namespace: '/' }, pid: peer.pid };
    await visit(stage, plain.server);
    const bare = await comeBack(stage, 'plain Socket.IO, connect only', { ...plain, bare: true });
    await tell(crowd, { order: 'disconnect' });
    const queriesBefore = await peer.queries();
    const tutorial = await comeBack(stage, 'plain Socket.IO, a query for each', { ...plain, bare: false });
    report('  Postgres statements', (await peer.queries()) - queriesBefore);

    report('synced / plain connect only (max)', (ours.synced.max / bare.ready.max).toFixed(2));
    report('synced / plain with queries (max)', (ours.synced.max / tutorial.synced.max).toFixed(2));
    return [
      verdict('all events, none twice, in order', ours.events === tutorial.events),
      verdict(`fewer than ${String(MAX_QUERIES)} statements`, queries < MAX_QUERIES),
      verdict(`all synced within ${String(MAX_SYNC_MS)} ms`, ours.synced.max <= MAX_SYNC_MS),
    ].every(Boolean);
  } finally {
    crowd.disconnect();
    regulars.disconnect();
    peer.stop();
    await world.end();
  }
}

function people(): ChildProcess {
  return fork(process.argv[1] ?? '', ['crowd'], { execArgv: process.execArgv });
}

/** The regulars come and go. */
async function visit({ regulars }: Stage, server: CrowdServer): Promise<void> {
  for (let nth = 0; nth < VISITS; nth += 1) {
    await tell(regulars, { order: 'connect', server, bare: false });
    await tell(regulars, { order: 'disconnect' });
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

/** All clients connect to `server`, whose process is `pid`, at once. */
async function comeBack(
  { world, crowd }: Stage,
  label: string,
  { server, pid, bare }: { server: CrowdServer; pid: number; bare: boolean },
): Promise<Return> {
  const cpu = () => Promise.all([cpuTimeMs(pid), familyCpuTimeMs(world.postgres.pid)]);
  const [ownBefore, postgresBefore] = await cpu();
  const back = (await tell(crowd, { order: 'connect', server, bare })) as CrowdReport;
  const [own, postgres] = await cpu();
  const [ready, synced] = [new Samples(back.ready), new Samples(back.synced)];
  report(label, '');
  report('  until ready', ready.toString());
  if (!bare) report('  until synced', synced.toString());
  if (!bare) report('  events caught up with', back.events);
  report('  connections tried again', back.retries);
  report('  CPU of the server for 1,000 clients, ms', ((1_000 * (own - ownBefore)) / CLIENTS).toFixed(0));
  report(
    '  CPU of server / Postgres / clients, ms',
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
