/** The order in which a reader sees a thread: the log, own messages on their way, then answers being written. Pure. */
import type { OutboxItem } from '../outbox/outbox-item.js';
import type { RunStream } from '../run/run-stream.js';
import type { ThreadState } from './thread-state.js';
import { echoKey, type TimelineItem } from './timeline.js';

/** An own message that the log does not hold yet. */
export interface PendingEntry {
  readonly kind: 'pending';
  readonly key: string;
  readonly item: OutboxItem;
}

/** A run whose end the log does not hold yet. */
export interface LiveEntry {
  readonly kind: 'live';
  readonly key: string;
  readonly run: RunStream;
}

export type ConversationEntry = TimelineItem | PendingEntry | LiveEntry;

/**
 * Answers being written come last: their message gets a seq only when they end, so that nothing changes places then. An
 * entry keeps its `key` when it moves from on-its-way into the log.
 */
export function conversationEntries(
  thread: ThreadState,
  outbox: readonly OutboxItem[],
  selfId: string,
): readonly ConversationEntry[] {
  const { items, echoes } = thread.timeline;
  const pending = outbox
    .filter((item) => item.threadId === thread.threadId && !echoes.has(echoKey(selfId, item.clientMessageId)))
    .map((item): PendingEntry => ({ kind: 'pending', key: item.clientMessageId, item }));
  const live = [...thread.runs.values()].map((run): LiveEntry => ({ kind: 'live', key: run.runId, run }));
  return pending.length + live.length === 0 ? items : [...items, ...pending, ...live];
}
