import { AppError, type LogEvent, type ThreadCursor, type ThreadResume } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';
import { NaturalBatcher } from '../batching/natural-batcher.js';
import type { Principal } from '../principal.js';
import { toSummary, type SummaryRow } from '../thread/summary.js';
import { queryAccess, queryLiveRuns, queryRanges } from './opener-queries.js';
import { planRanges, rangeKey, type BoundedRange, type RangeRequest } from './plan-ranges.js';
import { RangeMemo } from './range-memo.js';
import { RunShares } from './run-shares.js';

/** The answer for one thread, with what a room needs to know. */
export interface OpenedThread {
  readonly resume: ThreadResume;
  /** Of the members that the answer was authorised by; absent when nothing was opened. */
  readonly memberVersion?: number;
}

interface OpenRequest {
  readonly principal: Principal;
  readonly cursor: ThreadCursor;
  /** All cursors of the same call. */
  readonly client: readonly ThreadCursor[];
}

type Authorised = SummaryRow & { epoch: string };

/** Events of one answer. */
const PAGE = 200;

/** A client that is further behind starts again from the last page, which costs less than the way there. */
const MAX_GAP = 1_000;

/** How the server shares its work among clients that return at once. */
const BATCHING = { name: 'open', maxBatch: 1_000, maxInFlight: 2, maxWaiting: 100_000 } as const;

/**
 * Opens and resumes threads for many clients at once: one query authorises a whole batch, and clients that want the same
 * range of the same thread share one read. What is read in one batch is bounded in bytes: an answer that was cut says that
 * there is more, and a run whose text is left out stands at its length, so that its client follows it. Nothing beyond the
 * head that was authorised is ever returned.
 */
export class ThreadOpener {
  private readonly batcher: NaturalBatcher<OpenRequest, OpenedThread>;

  private readonly memo = new RangeMemo();

  constructor(private readonly db: Database) {
    this.batcher = new NaturalBatcher({ ...BATCHING, run: (requests) => this.openBatch(requests) });
  }

  /** Answers each cursor, in order; `pending` when the database does not answer. */
  async open(principal: Principal, cursors: readonly ThreadCursor[]): Promise<OpenedThread[]> {
    return Promise.all(cursors.map((cursor) => this.openOne({ principal, cursor, client: cursors })));
  }

  private async openOne(request: OpenRequest): Promise<OpenedThread> {
    try {
      return await this.batcher.submit(request);
    } catch (error) {
      if (!(error instanceof AppError) || !error.retryable) throw error;
      const { threadId } = request.cursor;
      return { resume: { status: 'pending', threadId, retryAfterMs: error.retryAfterMs ?? 1_000 } };
    }
  }

  private async openBatch(requests: readonly OpenRequest[]): Promise<OpenedThread[]> {
    const { rows, epoch, members } = await queryAccess(
      this.db,
      requests.map(({ principal, cursor }) => ({ ...principal, threadId: cursor.threadId })),
    );
    const plans = requests.map(({ cursor, client }, index) => {
      const row = rows[index];
      if (row === undefined) return undefined;
      const thread = { ...row, epoch };
      return { thread, client, range: rangeOf(thread, cursor) };
    });
    const known = plans.filter((plan) => plan !== undefined);
    if (known.length === 0) return requests.map(({ cursor }) => denied(cursor));
    const ranges = planRanges(known, PAGE);
    // A run that starts after this snapshot is told to the room; a thread without one is not asked for its text.
    const running = known.filter(({ thread }) => thread.active_run_id !== null);
    const [runs, events] = await Promise.all([
      queryLiveRuns(this.db, [...new Set(running.map(({ thread }) => thread.id))]),
      this.readRanges(ranges),
    ]);
    const shares = new RunShares();
    return requests.map(({ cursor, client }, index) => {
      const plan = plans[index];
      if (plan === undefined) return denied(cursor);
      const { thread, range } = plan;
      const live = shares.take(client, runs.get(thread.id) ?? []);
      const context = { members: members.get(thread.id) ?? [], runs: live };
      const resume = { ...answer(thread, range, events.get(rangeKey(range)) ?? []), ...context };
      return { resume, memberVersion: thread.member_version };
    });
  }

  /** The events of each range, by key. */
  private async readRanges(ranges: ReadonlyMap<string, BoundedRange>): Promise<Map<string, LogEvent[]>> {
    const found = new Map<string, LogEvent[]>();
    const wanted = new Map<BoundedRange, string>();
    for (const [key, range] of ranges) {
      const known = this.memo.get(key, range.maxBytes);
      if (known === undefined) wanted.set(range, key);
      else found.set(key, known);
    }
    for (const [range, events] of await queryRanges(this.db, [...wanted.keys()], PAGE)) {
      const key = wanted.get(range) ?? rangeKey(range);
      this.memo.set(key, { events, maxBytes: range.maxBytes });
      found.set(key, events);
    }
    return found;
  }
}

function denied({ threadId }: ThreadCursor): OpenedThread {
  return { resume: { status: 'denied', threadId } };
}

/** A cursor is continued if it belongs to this history and is not too far behind. */
function rangeOf(thread: Authorised, cursor: ThreadCursor): RangeRequest {
  const { id: threadId, head: until, epoch } = thread;
  const gap = until - cursor.afterSeq;
  const continues = cursor.epoch === epoch && gap >= 0 && gap <= MAX_GAP;
  return continues
    ? { threadId, direction: 'asc', after: cursor.afterSeq, until }
    : { threadId, direction: 'desc', after: 0, until };
}

function answer(thread: Authorised, range: RangeRequest, events: LogEvent[]) {
  const { id: threadId, head, epoch } = thread;
  const shared = { threadId, epoch, head, events, thread: toSummary(thread) };
  return range.direction === 'asc'
    ? { status: 'delta' as const, ...shared, more: (events.at(-1)?.seq ?? range.after) < head }
    : { status: 'reset' as const, ...shared, hasOlder: (events[0]?.seq ?? 1) > 1 };
}
