import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Principal } from '@holdfast/conversation';
import type { SpawnedApp } from '@holdfast/testing';
import { cpuTimeMs } from '../lib/cpu-time.js';
import { databaseStatements, difference } from '../lib/database-statements.js';
import { report, verdict } from '../lib/report.js';
import { Samples } from '../lib/samples.js';
import { World } from '../lib/world.js';
import type { CrowdOrder, CrowdReport } from './crowd-protocol.js';

const CLIENTS = 2_000;
const THREADS = 1_000;
const MISSED = 50;
const BYTES = 256;

const MAX_QUERIES = 50;
const MAX_SYNC_MS = 3_000;

/**
 * 2,000 clients with one to three threads each lose their gateway by kill -9, miss 50 messages in every thread, and come
 * back at the same instant to another gateway that has not seen any of them. The clients share the machine's cores.
 */
export async function reconnect(): Promise<boolean> {
  const world = await World.start();
  const crowd = fork(process.argv[1] ?? '', ['crowd'], { execArgv: process.execArgv });
  try {
    const [first, second] = await Promise.all([world.gateway(), world.gateway()]);
    const threads = await seed(world, crowd);

    const bare = (await tell(crowd, { order: 'connect', url: first.url, bare: true })) as CrowdReport;
    report('bare connect of 2,000 sockets, until ready', new Samples(bare.ready).toString());
    await tell(crowd, { order: 'disconnect' });
    await tell(crowd, { order: 'connect', url: first.url, bare: false });
    first.signal('SIGKILL');
    await tell(crowd, { order: 'await-loss' });
    await world.append(threads, MISSED, BYTES);

    return await comeBack(crowd, second, new Samples(bare.ready));
  } finally {
    crowd.disconnect();
    await world.end();
  }
}

/** The members of a thread are spread over the crowd, so that threads are shared by clients that share no other. */
async function seed(world: World, crowd: ChildProcess): Promise<{ threadId: string; sender: Principal }[]> {
  const users = await world.users(CLIENTS);
  const members: number[][] = Array.from({ length: THREADS }, () => []);
  for (let client = 0; client < CLIENTS; client += 1) {
    for (let nth = 0; nth <= client % 3; nth += 1) members[(client + nth * 331) % THREADS]?.push(client);
  }
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
  await tell(crowd, {
    order: 'prepare',
    members: threadsOf.map((threadIds, number) => ({ subject: `user-${String(number)}`, threadIds })),
  });
  return threads;
}

async function comeBack(crowd: ChildProcess, gateway: SpawnedApp, bare: Samples): Promise<boolean> {
  const before = await databaseStatements(gateway.url);
  const cpuBefore = await cpuTimeMs(gateway.pid);
  const back = (await tell(crowd, { order: 'connect', url: gateway.url, bare: false })) as CrowdReport;
  const cpuMs = (await cpuTimeMs(gateway.pid)) - cpuBefore;
  const statements = difference(before, await databaseStatements(gateway.url));
  const queries = [...statements.values()].reduce((sum, { count }) => sum + count, 0);
  const synced = new Samples(back.synced);
  report('the same after kill -9, until ready', new Samples(back.ready).toString());
  report('                        until synced', synced.toString());
  report('events caught up with', back.events);
  report('connections tried again', back.retries);
  report('CPU time of the clients, ms', back.cpuMs.toFixed(0));
  report('CPU time of the gateway, ms', cpuMs);
  report('synced / bare connect (max)', (synced.max / bare.max).toFixed(2));
  report('Postgres statements', queries);
  for (const [name, { count, ms }] of statements) report(`  ${name}`, `${String(count)} (${String(ms)} ms)`);
  return [
    verdict(`fewer than ${String(MAX_QUERIES)} statements`, queries < MAX_QUERIES),
    verdict(`all synced within ${String(MAX_SYNC_MS)} ms`, synced.max <= MAX_SYNC_MS),
  ].every(Boolean);
}

async function tell(crowd: ChildProcess, order: CrowdOrder): Promise<unknown> {
  crowd.send(order);
  const [answer] = (await once(crowd, 'message')) as [{ failed?: string }];
  if (answer.failed !== undefined) throw new Error(answer.failed);
  return answer;
}
