import type { ConversationEntry, ThreadState } from '@holdfast/client';
import { useMemo, useState } from 'react';
import { conversationRows, rowKeeper, type Row } from '../entries/rows.js';

interface Rows {
  readonly rows: readonly Row[];
  /** The rows that came last were put in front of those before: the view keeps its distance from the end. */
  readonly shift: boolean;
}

/** What is drawn, in order. The log's part is made anew only if the log changed, not with each piece of an answer. */
export function useRows(thread: ThreadState, entries: readonly ConversationEntry[], selfId: string): Rows {
  const { items } = thread.timeline;
  const [keep] = useState(rowKeeper);
  const settled = useMemo(() => keep(items, selfId), [keep, items, selfId]);
  const rows = useMemo(() => {
    if (entries.length === settled.length) return settled;
    return [...settled, ...conversationRows(entries.slice(settled.length), selfId, settled.at(-1))];
  }, [entries, settled, selfId]);

  const first = rows[0]?.entry.key;
  const [seen, setSeen] = useState({ first, count: rows.length, shift: false });
  if (first !== seen.first || rows.length !== seen.count) {
    const shift = first !== seen.first && seen.count > 0 && rows.length > seen.count;
    setSeen({ first, count: rows.length, shift });
  }
  return { rows, shift: seen.shift };
}
