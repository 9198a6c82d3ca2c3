import type { LogEvent, LogEventType } from '@holdfast/contracts';

/** Columns of `chat.event`, aliased `e`, that {@link toLogEvent} needs. */
export const EVENT_COLUMNS = 'e.thread_id, e.seq, e.id, e.type, e.sender_id, e.data, e.v, e.at';

/** A row of {@link EVENT_COLUMNS}. */
export interface EventRow {
  thread_id: string;
  seq: number;
  id: string;
  type: LogEventType;
  sender_id: string | null;
  data: unknown;
  v: number;
  at: Date;
}

/** The wire form of a stored entry. Rows were checked when they were written, so that reading does not parse again. */
export function toLogEvent(row: EventRow): LogEvent {
  return {
    seq: row.seq,
    id: row.id,
    threadId: row.thread_id,
    senderId: row.sender_id,
    at: row.at.toISOString(),
    v: row.v,
    type: row.type,
    data: row.data,
  } as LogEvent;
}
