import { createAgent, createTenant, createThread, ensureUsers } from '@holdfast/conversation';
import type { Database } from '@holdfast/database';
import type { Cast, ThreadPlan } from '../plan/cast.js';
import type { ThreadOfRun } from '../history/entry.js';

/** A person of the run, as the system knows it. */
export interface Person {
  readonly tenant: string;
  readonly tenantId: string;
  readonly subject: string;
  readonly id: string;
}

/** A thread of the run, as the system knows it. */
export interface StagedThread {
  readonly plan: ThreadPlan;
  readonly people: readonly Person[];
}

export interface World {
  readonly people: readonly Person[];
  readonly threads: readonly StagedThread[];
  /** As it stands in the history. */
  readonly threadsOfRun: readonly ThreadOfRun[];
}

const MEMBERS = {
  name: 'chaos_members',
  text: 'select user_id from chat.member where thread_id = $1 order by user_id',
};

/** Tells the system who takes part. */
export async function provision(database: Database, cast: Cast, modelUrl: string): Promise<World> {
  const agents = new Map<string, string>();
  for (const tenant of cast.tenants) {
    await createTenant(database, { slug: tenant, name: tenant });
    const model = { baseUrl: modelUrl, model: 'seeded', tools: ['thread.search', 'system.status'] };
    for (const [name, provider, config] of [
      ['guide', 'guide', {}],
      ['sage', 'openai', { ...model, resume: 'prefix' as const }],
      ['oracle', 'openai', { ...model, resume: 'restart' as const }],
    ] as const) {
      const { id } = await createAgent(database, { tenant, name, description: name, provider, config });
      agents.set(`${tenant}/${name}`, id);
    }
  }
  const ensured = await ensureUsers(
    database,
    cast.users.map(({ tenant, subject }) => ({ tenant, subject, name: subject, kind: 'human' as const })),
  );
  const people = cast.users.map(({ tenant, subject }, index): Person => {
    const found = ensured[index];
    if (found?.status !== 'ok') throw new Error(`${subject} was not admitted`);
    return { tenant, subject, tenantId: found.tenantId, id: found.user.id };
  });
  const threads = cast.threads.map((plan): StagedThread => {
    const found = plan.people.flatMap((subject) => people.filter((person) => person.subject === subject));
    return { plan, people: found };
  });
  const threadsOfRun: ThreadOfRun[] = [];
  for (const thread of threads) {
    await stage(database, thread, agents.get(`${thread.plan.tenant}/${thread.plan.agent}`) ?? null);
    const { id, tenant, canary } = thread.plan;
    const members = await database.query<{ user_id: string }>(MEMBERS, [id]);
    threadsOfRun.push({ tenant, thread: id, canary, members: members.map((row) => row.user_id) });
  }
  return { people, threads, threadsOfRun };
}

async function stage(database: Database, { plan, people }: StagedThread, agentId: string | null): Promise<void> {
  const [owner, ...others] = people;
  if (owner === undefined) throw new Error('a thread needs an owner');
  await createThread(
    database,
    { tenantId: owner.tenantId, userId: owner.id, roles: [] },
    { threadId: plan.id, title: 'A thread', agentId, agentMode: 'mention', memberIds: others.map(({ id }) => id) },
  );
}
