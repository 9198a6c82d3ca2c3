import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { RunFollow } from '@holdfast/contracts';
import { followRuns, type PolledThread, type Principal } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { metrics } from '@holdfast/observability';
import type { ThreadTarget } from '@holdfast/scaling';
import { LocalFanOut } from '../publish/local-fan-out.service.js';
import { RunProgress } from './run-progress.service.js';

/** Hints of what was just committed are on their way that long, in ms. */
const SETTLE_MS = 150;

/** Sends the whole text of a run, or its end, to sockets that missed a part of it. */
@Injectable()
export class RunRepair {
  constructor(
    private readonly database: Database,
    private readonly progress: RunProgress,
    private readonly local: LocalFanOut,
  ) {}

  /** `reader` is any user who is in the room: what one may read, all may. One who was removed meanwhile reads nothing. */
  async check(target: ThreadTarget, runs: PolledThread['runs'], reader: Principal): Promise<void> {
    if (this.suspects(target, runs).length === 0) return;
    await delay(SETTLE_MS);
    const cursors = this.suspects(target, runs).map((runId) => ({ runId, attempt: 0, off: 0 }));
    for (const answer of await followRuns(this.database, reader, cursors)) this.repair(target, answer);
  }

  /** Runs with more in Postgres than the sockets were given. */
  private suspects({ threadId }: ThreadTarget, runs: PolledThread['runs']): string[] {
    const live = new Set(runs.map(({ runId }) => runId));
    const behind = runs.filter((run) => this.progress.isBehind(threadId, run.runId, run)).map(({ runId }) => runId);
    return [...behind, ...[...this.progress.of(threadId).keys()].filter((runId) => !live.has(runId))];
  }

  private repair(target: ThreadTarget, answer: RunFollow): void {
    const { threadId } = target;
    const { runId } = answer;
    switch (answer.status) {
      case 'snapshot': {
        const { attempt, off, parts } = answer;
        metrics.counter('holdfast_poll_repairs_total').inc({ kind: 'run_text' });
        this.local.toThread(target, 'run.snapshot', { threadId, runId, attempt, off, parts });
        break;
      }
      case 'ended': {
        const { attempt, length, outcome } = answer;
        metrics.counter('holdfast_poll_repairs_total').inc({ kind: 'run_end' });
        this.local.toThread(target, 'run.ended', { threadId, runId, attempt, length, outcome });
        break;
      }
      case 'denied':
        this.progress.denied(target, runId);
        break;
      case 'tail':
      case 'pending':
        break;
    }
  }
}
