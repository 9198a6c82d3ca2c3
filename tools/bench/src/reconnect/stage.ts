import type { Principal } from '@holdfast/conversation';
import { World } from '../lib/world.js';
import { People } from './people.js';

export const CLIENTS = 2_000;
const THREADS = 1_000;
/** Clients of a server that survives, who come and go before: it is not the first time that it runs its code. */
const REGULARS = 500;

export interface Stage {
  readonly world: World;
  readonly crowd: People;
  readonly regulars: People;
}

/** Where something is missed. */
export interface Missing {
  readonly threads: readonly { readonly threadId: string; readonly sender: Principal }[];
  /** Threads of all clients of the crowd together: each message of every thread is missed so often. */
  readonly memberships: number;
}

export async function setUp(): Promise<Stage> {
  return { world: await World.start(), crowd: new People(), regulars: new People() };
}

/** The members of a thread are spread over the crowd, so that threads are shared by clients that share no other. */
export async function seed({ world, crowd, regulars }: Stage): Promise<Missing> {
  const users = await world.users(CLIENTS + REGULARS);
  const members: number[][] = Array.from({ length: THREADS }, () => []);
  for (let client = 0; client < CLIENTS; client += 1) {
    for (let nth = 0; nth <= client % 3; nth += 1) members[(client + nth * 331) % THREADS]?.push(client);
  }
  const memberships = members.reduce((sum, { length }) => sum + length, 0);
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
  await crowd.tell({ order: 'prepare', members: all.slice(0, CLIENTS) });
  await regulars.tell({ order: 'prepare', members: all.slice(CLIENTS) });
  return { threads: threads.slice(0, THREADS), memberships };
}
