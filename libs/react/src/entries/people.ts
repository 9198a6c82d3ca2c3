import type { ThreadState } from '@holdfast/client';

export interface Person {
  readonly name: string;
  readonly isAgent: boolean;
}

/** Tells who an id is. */
export type People = (userId: string | null) => Person;

type Agents = readonly { readonly id: string; readonly name: string }[];

const SYSTEM: Person = { name: 'Holdfast', isAgent: false };

type Items = ThreadState['timeline']['items'];

/** By the entries they were read from: these stay the same with each piece of an answer. */
const joined = new WeakMap<Items, ReadonlyMap<string, Person>>();

function joinedOf(items: Items): ReadonlyMap<string, Person> {
  const known = joined.get(items);
  if (known !== undefined) return known;
  const found = new Map<string, Person>();
  for (const item of items) {
    if (item.kind !== 'notice' || item.notice.type !== 'member.added') continue;
    found.set(item.notice.data.userId, { name: item.notice.data.name, isAgent: item.notice.data.kind === 'agent' });
  }
  joined.set(items, found);
  return found;
}

/** Names from the members, the agents, and, for people who left, the log's own record of their coming. */
export function peopleOf(thread: ThreadState, agents: Agents): People {
  const known = new Map(joinedOf(thread.timeline.items));
  for (const { userId, name, kind } of thread.members) known.set(userId, { name, isAgent: kind === 'agent' });
  for (const { id, name } of agents) known.set(id, { name, isAgent: true });
  const agentId = thread.summary?.agentId ?? null;
  return (userId) => {
    if (userId === null) return SYSTEM;
    const found = known.get(userId);
    if (found !== undefined) return found;
    return userId === agentId ? { name: 'The assistant', isAgent: true } : { name: 'Former member', isAgent: false };
  };
}
