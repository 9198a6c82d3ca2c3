import type { ConversationEntry } from '@holdfast/client';
import { dayKey } from '../text/format.js';

/** An entry with what the entries before it make unnecessary to repeat. */
export interface Row {
  readonly entry: ConversationEntry;
  readonly authorId: string | null;
  /** ms since the Unix epoch; null while an answer is being written. */
  readonly at: number | null;
  /** Author and time are shown. */
  readonly startsGroup: boolean;
  /** A new day begins here. */
  readonly startsDay: boolean;
}

/** Messages of one author within this time share a head, ms. */
const GROUP_MS = 300_000;

function authorOf(entry: ConversationEntry, selfId: string): string | null {
  if (entry.kind === 'pending') return selfId;
  return entry.kind === 'live' ? entry.run.agentId : entry.senderId;
}

function timeOf(entry: ConversationEntry): number | null {
  if (entry.kind === 'pending') return entry.item.createdAt;
  return entry.kind === 'live' ? null : Date.parse(entry.at);
}

function isSpeech(entry: ConversationEntry): boolean {
  return entry.kind === 'message' || entry.kind === 'pending';
}

/** An answer always has its own head, so that nothing moves when it is done. */
function isAnswer(entry: ConversationEntry): boolean {
  return entry.kind === 'live' || entry.kind === 'run' || (entry.kind === 'message' && entry.runId !== null);
}

/** @param after the row before the first one, if there is one. */
export function conversationRows(
  entries: readonly ConversationEntry[],
  selfId: string,
  after: Row | null = null,
): readonly Row[] {
  let previous = after;
  let lastAt = after?.at ?? null;
  return entries.map((entry): Row => {
    const at = timeOf(entry);
    const authorId = authorOf(entry, selfId);
    const continues =
      previous !== null &&
      isSpeech(entry) &&
      !isAnswer(entry) &&
      isSpeech(previous.entry) &&
      !isAnswer(previous.entry) &&
      previous.authorId === authorId &&
      at !== null &&
      previous.at !== null &&
      at - previous.at < GROUP_MS;
    const startsDay = at !== null && (lastAt === null || dayKey(lastAt) !== dayKey(at));
    const row: Row = { entry, authorId, at, startsDay, startsGroup: startsDay || !continues };
    previous = row;
    lastAt = at ?? lastAt;
    return row;
  });
}

/** Makes the rows of a log that grows at its end: those of entries that were there before stay. */
export function rowKeeper(): (entries: readonly ConversationEntry[], selfId: string) => readonly Row[] {
  let held: { readonly selfId: string; readonly rows: readonly Row[] } = { selfId: '', rows: [] };
  return (entries, selfId) => {
    const { rows } = held;
    let same = 0;
    if (held.selfId === selfId) while (same < rows.length && rows[same]?.entry === entries[same]) same += 1;
    const fresh = conversationRows(entries.slice(same), selfId, rows[same - 1] ?? null);
    held = { selfId, rows: [...rows.slice(0, same), ...fresh] };
    return held.rows;
  };
}
