import type { LogEvent } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';
import type { FinalRun, FinalThread } from '../history/entry.js';
import { seenEventOf, textOf } from './seen-event.js';
import type { StagedThread } from './provision.js';

const HEAD = { name: 'chaos_head', text: 'select head::int as head from chat.thread where id = $1' };
const HEADS = { name: 'chaos_heads', text: 'select id, head::int as head from chat.thread' };
const EVENTS = {
  name: 'chaos_events',
  text: `select seq::int as seq, id, type, sender_id as "senderId", data from chat.event where thread_id = $1 order by seq`,
};
const RUNS = {
  name: 'chaos_runs',
  text: 'select id, status, attempt, length, message_id from chat.run where thread_id = $1 order by created_at, id',
};
const MEMBERS = {
  name: 'chaos_members',
  text: 'select user_id from chat.member where thread_id = $1 order by user_id',
};
const LIVE = {
  name: 'chaos_live_runs',
  text: `select count(*)::int as count from chat.run where status in ('queued', 'running')`,
};

interface RunRow {
  readonly id: string;
  readonly status: FinalRun['status'];
  readonly attempt: number;
  readonly length: number;
  readonly message_id: string | null;
}

/** Runs that have not ended. */
export async function countLiveRuns(database: Database): Promise<number> {
  return (await database.query<{ count: number }>(LIVE))[0]?.count ?? 0;
}

/** How much there is of each thread. */
export async function readHeads(database: Database): Promise<ReadonlyMap<string, number>> {
  const rows = await database.query<{ id: string; head: number }>(HEADS);
  return new Map(rows.map(({ id, head }) => [id, head]));
}

/** Everything that Postgres says about a thread, straight from its tables. */
export async function readFinal(database: Database, { plan }: StagedThread): Promise<FinalThread> {
  const { rows: heads, epoch } = await database.read<{ head: number }>(HEAD, [plan.id]);
  const events = await database.query<LogEvent>(EVENTS, [plan.id]);
  const runs = await database.query<RunRow>(RUNS, [plan.id]);
  const members = await database.query<{ user_id: string }>(MEMBERS, [plan.id]);
  return {
    kind: 'final',
    tenant: plan.tenant,
    thread: plan.id,
    epoch,
    head: heads[0]?.head ?? 0,
    events: events.map(seenEventOf),
    runs: runs.map((run) => finalRun(run, events)),
    members: members.map((row) => row.user_id),
  };
}

function finalRun({ id, status, attempt, length, message_id }: RunRow, events: readonly LogEvent[]): FinalRun {
  const message = events.find((event) => event.id === message_id);
  const text = message?.type === 'message.sent' && message.data.body !== null ? textOf(message.data.body.parts) : null;
  return { id, status, attempt, length, ...(text === null ? {} : { text }) };
}
