import type { LogEvent, ThreadExport } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';
import { readRange } from '../log/read-range.js';
import type { Principal } from '../principal.js';
import { authorizeMember } from './authorize-member.js';
import { getThread } from './get-thread.js';
import { membersOf } from './members.js';

/** A thread as a file, its log in pages, so that no export has to fit into memory. */
export interface ThreadExportStream extends Omit<ThreadExport, 'events'> {
  readonly pages: AsyncIterable<readonly LogEvent[]>;
}

const PAGE = 1_000;

/**
 * Exports a thread as it is now, for a member. `pages` must be read to its end or abandoned; it throws what the database
 * throws.
 * @throws AppError `not_found` for strangers, `gone` for a deleted thread
 */
export async function exportThread(db: Database, principal: Principal, threadId: string): Promise<ThreadExportStream> {
  const { head } = await authorizeMember(db, principal, threadId);
  const thread = { ...(await getThread(db, principal, threadId)), head };
  return {
    format: 'holdfast.thread.v1',
    exportedAt: new Date().toISOString(),
    epoch: await db.epoch(),
    thread,
    members: await membersOf(db, threadId),
    pages: pagesUpTo(db, threadId, head),
  };
}

/** The log up to a head that was authorised. */
async function* pagesUpTo(db: Database, threadId: string, head: number): AsyncGenerator<readonly LogEvent[]> {
  for (let afterSeq = 0; afterSeq < head;) {
    const range = await readRange(db, { threadId, afterSeq, limit: Math.min(PAGE, head - afterSeq) });
    const events = range?.events ?? [];
    const last = events.at(-1);
    if (last === undefined) return;
    yield events;
    afterSeq = last.seq;
  }
}
