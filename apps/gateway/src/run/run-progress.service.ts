import { Injectable } from '@nestjs/common';
import { partsLength, SERVER_EVENTS, type LiveRun, type ServerEvent } from '@holdfast/contracts';
import type { ThreadTarget } from '@holdfast/scaling';

/** How far the sockets of this gateway have got in a run. */
export interface Progress {
  readonly attempt: number;
  readonly length: number;
}

interface Seen extends Progress {
  /** The member version at which somebody of the room was refused the run. */
  readonly deniedAt?: number;
}

/** Runs whose end was told are remembered this many at a time, so that a late chunk does not bring them back. */
const MAX_ENDED = 10_000;

type RunEvent = 'run.attempt' | 'run.chunk' | 'run.snapshot' | 'run.ended';

/** What each event of a run says about the progress. */
const READERS: { readonly [N in RunEvent]: (progress: RunProgress, event: ServerEvent<N>) => void } = {
  'run.attempt': (progress, { threadId, runId, attempt, base }) => {
    progress.reached(threadId, runId, { attempt, length: base });
  },
  'run.chunk': (progress, { threadId, runId, attempt, off, parts }) => {
    progress.chunk(threadId, runId, { attempt, off, length: off + partsLength(parts) });
  },
  'run.snapshot': (progress, { threadId, runId, attempt, parts }) => {
    progress.reached(threadId, runId, { attempt, length: partsLength(parts) });
  },
  'run.ended': (progress, { threadId, runId }) => {
    progress.ended(threadId, runId);
  },
};

function isRunEvent(name: string): name is RunEvent {
  return Object.hasOwn(READERS, name);
}

/** Follows the runs of joined threads by the events that pass, so that the poll can tell which of them got lost. */
@Injectable()
export class RunProgress {
  private readonly threads = new Map<string, Map<string, Seen>>();
  private readonly over = new Set<string>();

  /** Takes note of an event on its way to the sockets; one from another process is not to be trusted in its shape. */
  passed({ threadId }: ThreadTarget, name: string, payload: unknown): void {
    if (!isRunEvent(name)) return;
    const parsed = SERVER_EVENTS[name].safeParse(payload);
    if (!parsed.success || parsed.data.threadId !== threadId) return;
    (READERS[name] as (progress: RunProgress, event: unknown) => void)(this, parsed.data);
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

  /**
   * Somebody of the room was refused the run: removed since, which makes a new member version, or the thread was deleted,
   * which the next poll sees. Refused once more at the same version, the run is not there, as after a history that was
   * lost. It is dropped and not over: if it lives after all, the next poll finds the sockets behind.
   */
  denied({ threadId, memberVersion }: ThreadTarget, runId: string): void {
    const seen = this.threads.get(threadId)?.get(runId);
    if (seen === undefined) return;
    if (seen.deniedAt === memberVersion) this.threads.get(threadId)?.delete(runId);
    else this.set(threadId, runId, { ...seen, deniedAt: memberVersion });
  }

  /** No socket has the thread open any more. */
  forget(threadId: string): void {
    this.threads.delete(threadId);
  }

  private set(threadId: string, runId: string, progress: Seen): void {
    const runs = this.threads.get(threadId) ?? new Map<string, Seen>();
    this.threads.set(threadId, runs.set(runId, progress));
  }
}
