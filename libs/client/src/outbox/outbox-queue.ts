/** How the outbox's items change. Pure; items are in the order they were written. */
import type { ErrorCode, SendResult } from '@holdfast/contracts';
import type { OutboxItem, OutboxState } from './outbox-item.js';

export type OutboxItems = readonly OutboxItem[];

/** Codes that concern the whole thread: what waits behind such a message fails with it. */
const THREAD_WIDE: ReadonlySet<ErrorCode> = new Set(['forbidden', 'not_found', 'gone']);

export interface TripLimits {
  readonly messages: number;
  readonly bytes: number;
}

export function bodyBytes(body: OutboxItem['body']): number {
  return new TextEncoder().encode(JSON.stringify(body)).length;
}

function change(items: OutboxItems, ids: ReadonlySet<string>, next: (item: OutboxItem) => OutboxItem): OutboxItems {
  return items.map((item) => (ids.has(item.clientMessageId) ? next(item) : item));
}

function inState(item: OutboxItem, state: OutboxState): OutboxItem {
  return { ...item, state };
}

/** Threads that have something to send and nothing under way, with the time of the first item that may go. */
export function dueThreads(items: OutboxItems): Map<string, number> {
  const due = new Map<string, number>();
  const busy = new Set(items.filter(({ state }) => state.status === 'sending').map(({ threadId }) => threadId));
  for (const { threadId, state, nextAt } of items) {
    if (state.status === 'queued' && !busy.has(threadId) && !due.has(threadId)) due.set(threadId, nextAt);
  }
  return due;
}

/** The next messages of a thread in order, as many as fit into one trip; at least one. */
export function nextTrip(items: OutboxItems, threadId: string, limits: TripLimits): OutboxItems {
  const trip: OutboxItem[] = [];
  let bytes = 0;
  for (const item of items) {
    if (item.threadId !== threadId || item.state.status !== 'queued') continue;
    bytes += bodyBytes(item.body) + 100;
    if (trip.length > 0 && (trip.length >= limits.messages || bytes > limits.bytes)) break;
    trip.push(item);
  }
  return trip;
}

export function markSending(items: OutboxItems, ids: ReadonlySet<string>): OutboxItems {
  return change(items, ids, (item) => ({ ...inState(item, { status: 'sending' }), attempts: item.attempts + 1 }));
}

/** Items whose time is over; one under way is left to its answer. */
export function markExpired(items: OutboxItems, now: number): OutboxItems {
  const isDue = ({ state, expiresAt }: OutboxItem): boolean => state.status === 'queued' && expiresAt <= now;
  if (!items.some(isDue)) return items;
  return items.map((item) => (isDue(item) ? inState(item, { status: 'expired' }) : item));
}

/** Puts an item where its time of writing wants it, in place of an older version. */
export function placed(items: OutboxItems, item: OutboxItem): OutboxItems {
  const others = items.filter(({ clientMessageId }) => clientMessageId !== item.clientMessageId);
  const after = others.findIndex(({ createdAt }) => createdAt > item.createdAt);
  return after < 0 ? [...others, item] : others.toSpliced(after, 0, item);
}

/** Back into the queue, in place. */
export function requeue(items: OutboxItems, ids: ReadonlySet<string>, nextAt: number): OutboxItems {
  return change(items, ids, (item) => ({ ...inState(item, { status: 'queued' }), nextAt }));
}

export function markFailed(
  items: OutboxItems,
  ids: ReadonlySet<string>,
  error: { code: ErrorCode; message: string },
): OutboxItems {
  const failed = change(items, ids, (item) =>
    inState(item, { status: 'failed', code: error.code, message: error.message }),
  );
  if (!THREAD_WIDE.has(error.code)) return failed;
  const threads = new Set(items.filter((item) => ids.has(item.clientMessageId)).map(({ threadId }) => threadId));
  return failed.map((item) =>
    item.state.status === 'queued' && threads.has(item.threadId)
      ? inState(item, { status: 'failed', code: error.code, message: error.message })
      : item,
  );
}

/** Takes the server's answer to one message. `nextAt` is when to try again if it asks for that. */
export function applyResult(items: OutboxItems, result: SendResult, nextAt: number): OutboxItems {
  const ids = new Set([result.clientMessageId]);
  if (result.ok) {
    return change(items, ids, (item) => inState(item, { status: 'sent', seq: result.seq, at: result.at }));
  }
  return result.error.retryable ? requeue(items, ids, nextAt) : markFailed(items, ids, result.error);
}

/** What the log of a thread says about the messages sent to it. */
export interface LogFacts {
  readonly threadId: string;
  /** Events before the first held one. */
  readonly base: number;
  readonly last: number;
  readonly head: number;
  readonly holds: (clientMessageId: string) => boolean;
}

/**
 * Compares with the log: what it holds is done. An acknowledged message that it should hold and does not was lost by a
 * server that fell back to an older state; it is sent again under its id, which is harmless if it is there after all.
 */
export function reconcile(items: OutboxItems, facts: LogFacts, nextAt: number): OutboxItems {
  const next = items.flatMap((item) => {
    if (item.threadId !== facts.threadId) return [item];
    const { state } = item;
    const isBefore = state.status === 'sent' && state.seq <= facts.base;
    if (isBefore || facts.holds(item.clientMessageId)) return [];
    const isLost = state.status === 'sent' && (state.seq <= facts.last || state.seq > facts.head);
    return [isLost ? { ...inState(item, { status: 'queued' }), nextAt } : item];
  });
  const isSame = next.length === items.length && next.every((item, index) => item === items[index]);
  return isSame ? items : next;
}
