import type { LogEvent, LogEventType } from '@holdfast/contracts';

/** Columns of `chat.event`, aliased `e`, that {@link toLogEvent} needs. */
export const EVENT_COLUMNS = 'e.thread_id, e.seq, e.id, e.type, e.sender_id, e.data, e.v, e.at';

/** The wire form of {@link EVENT_COLUMNS}, as text: for crowds, since reading rows one by one costs far more. */
export const EVENT_JSON = `
  '{"seq":' || e.seq || ',"id":"' || e.id || '","threadId":"' || e.thread_id
  || '","senderId":' || coalesce('"' || e.sender_id || '"', 'null')
  || ',"at":"' || to_char(e.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  || '","v":' || e.v || ',"type":' || to_json(e.type) || ',"data":' || e.data || '}'`;

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
