import type { AgentMode, MemberRole, ThreadSummary } from '@holdfast/contracts';

/** Unread messages are counted up to this number. */
const UNREAD_CAP = 999;

/** UTF-16 units of a preview. */
const PREVIEW_UNITS = 200;

/** Columns of a {@link SummaryRow}; needs `chat.thread t`, `chat.member m` and {@link SUMMARY_JOINS}. */
export const SUMMARY_COLUMNS = `
  t.id, t.title, t.agent_id, t.agent_mode, t.head, t.member_version, t.archived_at is not null as archived,
  t.created_at, t.active_at, m.role, coalesce(k.seq, 0) as read_seq, n.unread, l.seq as last_seq,
  l.sender_id as last_sender_id, l.text as last_text, l.at as last_at, a.run_id as active_run_id`;

/**
 * What a member sees of a thread: own marker, unread, newest text (in its latest revision) and the run at work. `offset 0`
 * keeps the planner from working the text out twice, to compare and to show it.
 */
export const SUMMARY_JOINS = `
  left join chat.read_marker k on k.thread_id = t.id and k.user_id = m.user_id
  left join lateral (
    select count(*)::int as unread from (
      select from chat.event e
      where e.thread_id = t.id and e.type = 'message.sent' and e.seq > coalesce(k.seq, 0)
        and e.sender_id is distinct from m.user_id and e.erased_at is null
      limit ${String(UNREAD_CAP)}
    ) counted
  ) n on true
  left join lateral (
    select e.seq, e.sender_id, e.at, x.text
    from chat.event e
    left join lateral (
      select d.data from chat.event d
      where d.thread_id = e.thread_id and d.target_id = e.id and d.type = 'message.edited'
      order by d.seq desc limit 1
    ) d on true
    cross join lateral (select left(chat.body_text_v1(coalesce(d.data, e.data)), ${String(PREVIEW_UNITS)}) as text offset 0) x
    where e.thread_id = t.id and e.type = 'message.sent' and e.erased_at is null and x.text <> ''
    order by e.seq desc limit 1
  ) l on true
  left join lateral (
    select live.run_id from (
      select r.id as run_id, 0 as place from chat.run r where r.thread_id = t.id and r.status = 'running'
      union all
      select r.id, 1 from chat.run r where r.thread_id = t.id and r.status = 'queued'
    ) live order by live.place limit 1
  ) a on true`;

export interface SummaryRow {
  id: string;
  title: string;
  agent_id: string | null;
  agent_mode: AgentMode;
  head: number;
  member_version: number;
  archived: boolean;
  created_at: Date;
  active_at: Date;
  role: MemberRole;
  read_seq: number;
  unread: number;
  last_seq: number | null;
  last_sender_id: string | null;
  last_text: string | null;
  last_at: Date | null;
  active_run_id: string | null;
}

/** The first `units` UTF-16 units of a text, without half a surrogate pair at the end. */
export function clip(text: string, units: number): string {
  const cut = text.slice(0, units);
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}

export function toSummary(row: SummaryRow): ThreadSummary {
  const { last_seq: seq, last_text: text, last_at: at } = row;
  const lastMessage =
    seq === null || text === null || at === null
      ? null
      : { seq, senderId: row.last_sender_id, text: clip(text, PREVIEW_UNITS), at: at.toISOString() };
  return {
    id: row.id,
    title: row.title,
    agentId: row.agent_id,
    agentMode: row.agent_mode,
    role: row.role,
    head: row.head,
    unread: row.unread,
    readSeq: row.read_seq,
    lastMessage,
    archived: row.archived,
    activeRunId: row.active_run_id,
    createdAt: row.created_at.toISOString(),
    activeAt: row.active_at.toISOString(),
  };
}
