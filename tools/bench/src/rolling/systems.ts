import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createThread } from '@holdfast/conversation';
import { GUIDE_AGENT_ID } from '@holdfast/database';
import { spawnApp, type AppName } from '@holdfast/testing';
import type { World } from '../lib/world.js';
import { Balancer } from './balancer.js';
import { Deliveries } from './deliveries.js';
import { Fleet, type Instance, type Role } from './fleet.js';
import { LibraryMember } from './library-member.js';
import { underLoad, type Crowd, type Outcome } from './load.js';
import { PlainMember } from './plain-member.js';
import { Runs } from './runs.js';

const CLIENTS = 300;
const ROOMS = 100;
const ASKING = 20;

/** Answers take longer than a worker may still work on them, so that they have to move. All clients have one address. */
const ENVIRONMENT = {
  HOLDFAST_ENV: 'staging',
  LOG_LEVEL: 'warn',
  LIMIT_HANDSHAKES_PER_ADDRESS_PER_S: '1500',
  GUIDE_TOKENS_PER_S: '20',
  SHUTDOWN_TIMEOUT_MS: '20000',
  SHUTDOWN_GRACE_MS: '2000',
};

/** How many processes of which app; the next version from another folder of built apps, or from the same. */
export interface Deployment {
  readonly apps: readonly (readonly [AppName, number])[];
  readonly nextDist?: string;
}

export interface Replacement extends Outcome {
  readonly unclean: readonly string[];
}

/** Replaces every process of Holdfast under load. */
export async function replaceHoldfast(world: World, { apps, nextDist }: Deployment): Promise<Replacement> {
  const env = { ...ENVIRONMENT, DATABASE_URL: world.postgres.url, REDIS_URL: world.redis.url };
  const roles = apps.map(([app, count]): Role => {
    const start = async (isNext: boolean): Promise<Instance> => {
      const dist = isNext && nextDist !== undefined ? { dist: nextDist } : {};
      const instance = await spawnApp({ app, from: 'built', env, ...dist });
      await instance.ready;
      return instance;
    };
    return { name: app, count, isBalanced: app === 'gateway', start };
  });
  return replace(roles, (url) => holdfastCrowd(world, url));
}

/** Replaces every process of plain Socket.IO under the same load. */
export async function replacePlain(world: World, count: number): Promise<Replacement> {
  const start = async (): Promise<Instance> => {
    const child = fork(process.argv[1] ?? '', ['plain', world.redis.url], { execArgv: process.execArgv });
    const exit = once(child, 'exit').then(([code]) => ({ code: code as number | null }));
    const [{ url }] = (await once(child, 'message')) as [{ url: string }];
    return { url, exit, signal: (signal) => child.kill(signal) };
  };
  return replace([{ name: 'plain', count, isBalanced: true, start }], (url) => Promise.resolve(plainCrowd(url)));
}

async function replace(roles: readonly Role[], gather: (url: string) => Promise<Crowd>): Promise<Replacement> {
  const balancer = await Balancer.start();
  try {
    const fleet = await Fleet.start(balancer, roles);
    try {
      const outcome = await underLoad(await gather(balancer.url), () => fleet.replaceAll());
      return { ...outcome, unclean: [...fleet.unclean] };
    } finally {
      await fleet.end();
    }
  } finally {
    balancer.close();
  }
}

async function holdfastCrowd(world: World, url: string): Promise<Crowd> {
  const users = await world.users(CLIENTS);
  const threads: string[] = [];
  for (let room = 0; room < ROOMS; room += 1)
    threads.push(await world.thread(users.filter((_, number) => number % ROOMS === room)));
  const deliveries = new Deliveries();
  const runs = new Runs();
  const members: LibraryMember[] = [];
  for (const [number, user] of users.entries()) {
    const agentThreadId = number < ASKING ? randomUUID() : undefined;
    if (agentThreadId !== undefined) {
      const thread = { title: 'Questions', agentId: GUIDE_AGENT_ID, agentMode: 'every', memberIds: [] } as const;
      await createThread(world.db, user, { threadId: agentThreadId, ...thread });
    }
    const room = { threadId: threads[number % ROOMS] ?? '', size: CLIENTS / ROOMS };
    const person = { subject: `user-${String(number)}`, userId: user.userId };
    members.push(new LibraryMember({ url, ...person, room, agentThreadId, deliveries, runs }));
  }
  return { members, asking: ASKING, deliveries, runs };
}

function plainCrowd(url: string): Crowd {
  const deliveries = new Deliveries();
  const runs = new Runs();
  const members = Array.from({ length: CLIENTS }, (_, number) => {
    const room = { name: `room-${String(number % ROOMS)}`, size: CLIENTS / ROOMS };
    return new PlainMember({ url, room, deliveries, runs });
  });
  return { members, asking: ASKING, deliveries, runs };
}
