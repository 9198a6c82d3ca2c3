/** The list of threads, and how what arrives changes it. Pure. */
import type { ThreadPage, ThreadSummary } from '@holdfast/contracts';
import type { ThreadState } from '../thread/thread-state.js';
import type { MessageItem } from '../thread/timeline.js';
import { viewText } from '../wire/parts.js';

export interface InboxState {
  /** `loading` until the first page came; `failed` = it could not be fetched, and there is nothing to show. */
  readonly status: 'loading' | 'ready' | 'failed';
  /** Most recently active first. */
  readonly threads: readonly ThreadSummary[];
  /** Where the next older page begins; null = all are here. */
  readonly nextCursor: string | null;
}

export const EMPTY_INBOX: InboxState = { status: 'loading', threads: [], nextCursor: null };

const PREVIEW_UNITS = 200;

function sorted(threads: readonly ThreadSummary[]): readonly ThreadSummary[] {
  return [...threads].sort((a, b) => b.activeAt.localeCompare(a.activeAt) || a.id.localeCompare(b.id));
}

/** Takes a first page: what it leaves out at its end may still be known from earlier pages. */
export function applyFirstPage(state: InboxState, page: ThreadPage): InboxState {
  const oldest = page.threads.at(-1)?.activeAt ?? '';
  const known = new Set(page.threads.map(({ id }) => id));
  const older =
    page.nextCursor === null ? [] : state.threads.filter(({ id, activeAt }) => !known.has(id) && activeAt < oldest);
  return {
    status: 'ready',
    threads: sorted([...page.threads.map((fresh) => newer(fresh, state.threads)), ...older]),
    nextCursor: older.length > 0 ? state.nextCursor : page.nextCursor,
  };
}

/** A list that was read before an event arrived must not undo it. */
function newer(fresh: ThreadSummary, held: readonly ThreadSummary[]): ThreadSummary {
  const before = held.find(({ id }) => id === fresh.id);
  if (before === undefined || fresh.head >= before.head) return fresh;
  return { ...fresh, head: before.head, lastMessage: before.lastMessage, activeAt: before.activeAt };
}

/** The list as the device kept it; an answer of the server, or its absence, is not overwritten. */
export function restoreThreads(state: InboxState, threads: readonly ThreadSummary[]): InboxState {
  if (state.status === 'ready' || threads.length === 0) return state;
  return { status: 'ready', threads: sorted(threads), nextCursor: null };
}

export function applyNextPage(state: InboxState, page: ThreadPage): InboxState {
  const known = new Set(page.threads.map(({ id }) => id));
  const threads = sorted([...state.threads.filter(({ id }) => !known.has(id)), ...page.threads]);
  return { ...state, threads, nextCursor: page.nextCursor };
}

export function putThread(state: InboxState, thread: ThreadSummary): InboxState {
  return { ...state, threads: sorted([...state.threads.filter(({ id }) => id !== thread.id), thread]) };
}

export function dropThread(state: InboxState, threadId: string): InboxState {
  return { ...state, threads: state.threads.filter(({ id }) => id !== threadId) };
}

/** What an opened thread knows better than the list: its newest message, its title, and whether an agent works. */
export function applyThread(state: InboxState, thread: ThreadState): InboxState {
  const held = state.threads.find(({ id }) => id === thread.threadId);
  if (held === undefined || thread.summary === null) return state;
  const { title, archived, agentId, agentMode } = thread.summary;
  const activeRunId = [...thread.runs.values()].find(({ status }) => status !== 'ended')?.runId ?? null;
  const next = { ...held, title, archived, agentId, agentMode, activeRunId, ...lastOf(thread, held) };
  const same = Object.entries(next).every(([key, value]) => held[key as keyof ThreadSummary] === value);
  return same ? state : putThread(state, next);
}

function lastOf({ timeline, log }: ThreadState, held: ThreadSummary): Partial<ThreadSummary> {
  if (log.last < held.head) return {};
  const last = timeline.items.findLast((item): item is MessageItem => item.kind === 'message' && item.parts !== null);
  const activeAt = timeline.items.at(-1)?.at ?? held.activeAt;
  if (last === undefined) return { head: log.last };
  const text = viewText(last.parts ?? []).slice(0, PREVIEW_UNITS);
  const same = held.lastMessage?.seq === last.seq && held.lastMessage.text === text;
  const lastMessage = same ? held.lastMessage : { seq: last.seq, senderId: last.senderId, text, at: last.at };
  return { head: log.last, lastMessage, activeAt: activeAt > held.activeAt ? activeAt : held.activeAt };
}

/** The own marker rose: unread is what lies above it. */
export function applyRead(state: InboxState, threadId: string, seq: number): InboxState {
  const held = state.threads.find(({ id }) => id === threadId);
  if (held === undefined || (seq <= held.readSeq && held.unread === 0)) return state;
  const unread = seq >= held.head ? 0 : held.unread;
  return putThread(state, { ...held, readSeq: Math.max(seq, held.readSeq), unread });
}
