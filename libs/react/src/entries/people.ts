import type { NoticeItem, ThreadState } from '@holdfast/client';

export interface Person {
  readonly name: string;
  readonly isAgent: boolean;
}

/** Tells who an id is. */
export type People = (userId: string | null) => Person;

type Agents = readonly { readonly id: string; readonly name: string }[];

const SYSTEM: Person = { name: 'Holdfast', isAgent: false };

/** Names from the members, the agents, and, for people who left, the log's own record of their coming. */
export function peopleOf(thread: ThreadState, agents: Agents): People {
  const known = new Map<string, Person>();
  const added = thread.timeline.items.filter((item): item is NoticeItem => item.kind === 'notice');
  for (const { notice } of added) {
    if (notice.type !== 'member.added') continue;
    known.set(notice.data.userId, { name: notice.data.name, isAgent: notice.data.kind === 'agent' });
  }
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
