import { AppError } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';

/** One tool call of a run. */
export interface JournalKey {
  readonly runId: string;
  /** Position of the call within the run. */
  readonly step: number;
  readonly tool: string;
  /** Fingerprint of the arguments: another call at the same step is another entry. */
  readonly argsHash: string;
}

const GET = {
  name: 'journal_get',
  text: `select r.attempt = $5 and r.status = 'running' and r.lease_owner is not null as owned,
                greatest(0, extract(epoch from r.lease_until - clock_timestamp()) * 1000)::float8 as lease_ms,
                s.run_id is not null as recorded, s.result
         from chat.run r
         left join chat.run_step s on s.run_id = r.id and s.step = $2 and s.tool = $3 and s.args_hash = $4
         where r.id = $1`,
};

const READ = {
  name: 'journal_read',
  text: 'select result from chat.run_step where run_id = $1 and step = $2 and tool = $3 and args_hash = $4',
};

const PUT = {
  name: 'journal_put',
  text: `insert into chat.run_step (run_id, step, tool, args_hash, result, created_at)
         select r.id, $3, $4, $5, $6::jsonb, clock_timestamp()
         from chat.run r where r.id = $1 and r.attempt = $2 and r.status = 'running'
         on conflict (run_id, step, tool, args_hash) do nothing`,
};

interface Entry {
  readonly owned: boolean;
  readonly lease_ms: number;
  readonly recorded: boolean;
  readonly result: unknown;
}

/**
 * `recorded` = the call was made, with this result; `absent` = nobody has recorded one, and nobody else can have the run for
 * another `leaseMs` from when this was asked, by any steady clock. 0 = anybody may take it: ask again once it is renewed.
 */
export type JournalEntry =
  { readonly status: 'recorded'; readonly result: unknown } | { readonly status: 'absent'; readonly leaseMs: number };

/**
 * What the journal has of a call.
 * @throws AppError `conflict` if this attempt no longer owns the run: a worker that was frozen must not call again
 */
export async function journalGet(
  db: Database,
  { runId, attempt, step, tool, argsHash }: JournalKey & { readonly attempt: number },
): Promise<JournalEntry> {
  const [row] = await db.query<Entry>(GET, [runId, step, tool, argsHash, attempt]);
  if (row?.owned !== true) throw fenced();
  return row.recorded ? { status: 'recorded', result: row.result } : { status: 'absent', leaseMs: row.lease_ms };
}

/**
 * Records the result of a call and returns the one that counts: the first that was recorded.
 * @throws AppError `conflict` if this attempt no longer owns the run
 */
export async function journalPut(
  db: Database,
  key: JournalKey & { readonly attempt: number },
  result: unknown,
): Promise<{ readonly result: unknown }> {
  const { runId, attempt, step, tool, argsHash } = key;
  await db.query(PUT, [runId, attempt, step, tool, argsHash, JSON.stringify(result ?? null)]);
  const [stored] = await db.query<{ result: unknown }>(READ, [runId, step, tool, argsHash]);
  if (stored === undefined) throw fenced();
  return stored;
}

function fenced(): AppError {
  return new AppError('conflict', 'A newer attempt owns the run.');
}
