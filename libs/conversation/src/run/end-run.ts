import type { RunOutcome, WireError } from '@holdfast/contracts';
import type { Tx } from '@holdfast/database';
import { v7 as uuidv7 } from 'uuid';
import { writeEvents, type EventDraft } from '../log/write-events.js';
import type { Published } from '../published.js';
import { committedParts } from './chunk-sql.js';
import type { LockedRun } from './lock-run.js';

/** How a run ends. */
export interface RunEnding {
  readonly outcome: RunOutcome;
  /** Why it failed, fit for people. */
  readonly error?: WireError | undefined;
}

/** The end of a run, ready for the fan-out. */
export interface EndedRun {
  readonly runId: string;
  readonly agentId: string;
  readonly attempt: number;
  readonly length: number;
  readonly outcome: RunOutcome;
  /** The message that keeps the text; null when there was none. */
  readonly messageId: string | null;
  readonly published: Published;
  /** The run that waited for this one: ring for it. */
  readonly ringRunId?: string;
}

const END = {
  name: 'run_end',
  text: `update chat.run set status = $2, length = $3, error = $4::jsonb, message_id = $5, ended_at = clock_timestamp(),
                lease_until = null, lease_owner = null
         where id = $1`,
};

/** The time of the one that waited for this begins now. One that is cancelled itself is no longer queued here. */
const NEXT = {
  name: 'run_next',
  text: `update chat.run set ready_at = clock_timestamp() where thread_id = $1 and status = 'queued' returning id`,
};

/** Ends a locked run: its committed text becomes a message, and the log says how it ended. */
export async function endRun(tx: Tx, run: LockedRun, length: number, ending: RunEnding): Promise<EndedRun> {
  const { id: runId, agentId, attempt, thread } = run;
  const { outcome, error = null } = ending;
  const parts = await committedParts(tx, runId);
  const messageId = parts.length === 0 ? null : uuidv7();
  const drafts: EventDraft[] = [
    {
      senderId: agentId,
      runId,
      draft: { type: 'run.ended', data: { runId, agentId, outcome, length, messageId, error } },
    },
  ];
  if (messageId !== null) {
    const data = { clientMessageId: null, body: { parts }, runId, outcome };
    drafts.unshift({ id: messageId, senderId: agentId, runId, draft: { type: 'message.sent', data } });
  }
  const events = await writeEvents(tx, thread.id, drafts);
  await tx.query(END, [runId, outcome, length, error === null ? null : JSON.stringify(error), messageId]);
  const [next] = await tx.query<{ id: string }>(NEXT, [thread.id]);
  const { tenantId, id: threadId, memberVersion } = thread;
  const published = { tenantId, threadId, memberVersion, epoch: tx.epoch, events };
  return {
    ...{ runId, agentId, attempt, length, outcome, messageId, published },
    ...(next === undefined ? {} : { ringRunId: next.id }),
  };
}
