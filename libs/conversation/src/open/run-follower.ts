import { AppError, type RunCursor, type RunFollow } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';
import { NaturalBatcher } from '../batching/natural-batcher.js';
import type { Principal } from '../principal.js';
import { followMany, type FollowRequest } from '../run/follow-runs.js';

const BATCHING = { name: 'follow', maxBatch: 500, maxInFlight: 2, maxWaiting: 100_000 } as const;

/** Tells clients that return at once where their runs are, in shared queries. */
export class RunFollower {
  private readonly batcher: NaturalBatcher<FollowRequest, RunFollow>;

  constructor(db: Database) {
    this.batcher = new NaturalBatcher({ ...BATCHING, run: (requests) => followMany(db, requests) });
  }

  /** Answers each cursor, in order; `pending` when the database does not answer, or when others go first. */
  follow(principal: Principal, cursors: readonly RunCursor[]): Promise<RunFollow[]> {
    return Promise.all(cursors.map((cursor) => this.one({ principal, cursor, client: cursors })));
  }

  private async one(request: FollowRequest): Promise<RunFollow> {
    try {
      return await this.batcher.submit(request);
    } catch (error) {
      if (!(error instanceof AppError) || !error.retryable) throw error;
      const { runId } = request.cursor;
      return { status: 'pending', runId, retryAfterMs: error.retryAfterMs ?? 1_000 };
    }
  }
}
