import { Injectable } from '@nestjs/common';
import { partsLength, type LiveRun, type ServerEvent } from '@holdfast/contracts';
import type { ThreadTarget } from '@holdfast/scaling';

/** How far the sockets of this gateway have got in a run. */
export interface Progress {
  readonly attempt: number;
  readonly length: number;
}

/** Runs whose end was told are remembered this many at a time, so that a late chunk does not bring them back. */
const MAX_ENDED = 10_000;

type Reader = (progress: RunProgress, target: ThreadTarget, payload: unknown) => void;

/** What each event of a run says about the progress; the adapters checked the payloads before. */
const READERS: Readonly<Record<string, Reader>> = {
  'run.attempt': (progress, { threadId }, payload) => {
    const { runId, attempt, base } = payload as ServerEvent<'run.attempt'>;
    progress.reached(threadId, runId, { attempt, length: base });
  },
  'run.chunk': (progress, { threadId }, payload) => {
    const { runId, attempt, off, parts } = payload as ServerEvent<'run.chunk'>;
    progress.chunk(threadId, runId, { attempt, off, length: off + partsLength(parts) });
  },
  'run.snapshot': (progress, { threadId }, payload) => {
    const { runId, attempt, parts } = payload as ServerEvent<'run.snapshot'>;
    progress.reached(threadId, runId, { attempt, length: partsLength(parts) });
  },
  'run.ended': (progress, { threadId }, payload) => {
    progress.ended(threadId, (payload as ServerEvent<'run.ended'>).runId);
  },
};

/** Follows the runs of joined threads by the events that pass, so that the poll can tell which of them got lost. */
@Injectable()
export class RunProgress {
  private readonly threads = new Map<string, Map<string, Progress>>();
  private readonly over = new Set<string>();

  /** Takes note of an event on its way to the sockets. */
  passed(target: ThreadTarget, event: string, payload: unknown): void {
    READERS[event]?.(this, target, payload);
  }

  /** A socket was answered with this state of a run; it says nothing about what the others got. */
  opened({ threadId, runId, attempt, parts, off }: LiveRun): void {
    if (this.of(threadId).has(runId) || this.over.has(runId)) return;
    this.set(threadId, runId, { attempt, length: off + partsLength(parts) });
  }

  /** The runs of a thread that the sockets believe to be alive. */
  of(threadId: string): ReadonlyMap<string, Progress> {
    return this.threads.get(threadId) ?? new Map<string, Progress>();
  }

  /** Whether the sockets miss something that is committed. */
  isBehind(threadId: string, runId: string, committed: Progress): boolean {
    if (this.over.has(runId)) return false;
    const seen = this.of(threadId).get(runId);
    if (seen === undefined) return committed.attempt > 0;
    return committed.attempt > seen.attempt || (committed.attempt === seen.attempt && committed.length > seen.length);
  }

  reached(threadId: string, runId: string, progress: Progress): void {
    const seen = this.of(threadId).get(runId);
    if (this.over.has(runId) || (seen !== undefined && seen.attempt > progress.attempt)) return;
    this.set(threadId, runId, progress);
  }

  /** A chunk counts only if it continues what the sockets have: after a gap they wait for a snapshot. */
  chunk(threadId: string, runId: string, { attempt, off, length }: Progress & { readonly off: number }): void {
    const seen = this.of(threadId).get(runId);
    if (seen?.attempt !== attempt || off > seen.length || length <= seen.length) return;
    this.set(threadId, runId, { attempt, length });
  }

  ended(threadId: string, runId: string): void {
    this.threads.get(threadId)?.delete(runId);
    this.over.add(runId);
    const [oldest] = this.over;
    if (this.over.size > MAX_ENDED && oldest !== undefined) this.over.delete(oldest);
  }

  /** No socket has the thread open any more. */
  forget(threadId: string): void {
    this.threads.delete(threadId);
  }

  private set(threadId: string, runId: string, progress: Progress): void {
    const runs = this.threads.get(threadId) ?? new Map<string, Progress>();
    this.threads.set(threadId, runs.set(runId, progress));
  }
}
