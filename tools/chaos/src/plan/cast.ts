import type { Random } from '../random/random.js';

/** The agents that every tenant has. `sage` goes on after an interruption, `oracle` begins anew. */
export const AGENTS = ['guide', 'sage', 'oracle'] as const;
export type AgentName = (typeof AGENTS)[number];

export interface UserPlan {
  readonly tenant: string;
  readonly subject: string;
}

export interface ThreadPlan {
  readonly tenant: string;
  /** Place in the order of popularity among the tenant's threads, from 0. */
  readonly rank: number;
  readonly id: string;
  readonly agent: AgentName;
  /** Subjects; the first one owns it. */
  readonly people: readonly string[];
  /** Appears in every message of this thread and nowhere else. */
  readonly canary: string;
}

/** Who takes part: a pure function of the seed. */
export interface Cast {
  readonly tenants: readonly string[];
  readonly users: readonly UserPlan[];
  readonly threads: readonly ThreadPlan[];
}

const TENANTS = 3;
const USERS = 4;
const THREADS = 4;

/** What every canary begins with: a search for it finds them all. */
export const CANARY = 'kanari-';
export const CANARY_PATTERN = /kanari-[a-z0-9]{12}/g;

export function planCast(random: Random): Cast {
  const tenants = Array.from({ length: TENANTS }, (_, index) => `tenant-${String(index + 1)}`);
  const users = tenants.flatMap((tenant, index) =>
    Array.from({ length: USERS }, (_, user) => ({ tenant, subject: `u${String(index + 1)}-${String(user + 1)}` })),
  );
  const threads = tenants.flatMap((tenant) => {
    const subjects = users.filter((user) => user.tenant === tenant).map(({ subject }) => subject);
    return Array.from({ length: THREADS }, (_, rank) => planThread(random, tenant, { rank, subjects }));
  });
  return { tenants, users, threads };
}

function planThread(
  random: Random,
  tenant: string,
  { rank, subjects }: { readonly rank: number; readonly subjects: readonly string[] },
): ThreadPlan {
  const owner = subjects[rank % subjects.length] ?? '';
  const others = random.shuffled(subjects.filter((subject) => subject !== owner));
  return {
    tenant,
    rank,
    id: random.uuid(),
    agent: AGENTS[(rank + 1) % AGENTS.length] ?? 'guide',
    people: [owner, ...others.slice(0, random.int(1, others.length))],
    canary: CANARY + random.uuid().replaceAll('-', '').slice(0, 12),
  };
}

/** Zipf: the second most popular thread gets half of what the first one gets. */
export function popularity({ rank }: ThreadPlan): number {
  return 1 / (rank + 1);
}
