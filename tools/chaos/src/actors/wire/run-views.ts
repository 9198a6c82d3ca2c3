import { partsLength, type Part } from '@holdfast/contracts';

/** How far a client is in one run. */
export interface RunView {
  readonly thread: string;
  attempt: number;
  length: number;
}

const MAX_RUNS = 200;

/** The runs that a client believes to be alive, by the same rules for tokens as for events. */
export class RunViews {
  private readonly views = new Map<string, RunView>();

  /** For a resume. */
  cursors(): { runId: string; attempt: number; off: number }[] {
    return [...this.views].map(([runId, { attempt, length: off }]) => ({ runId, attempt, off }));
  }

  ids(): string[] {
    return [...this.views.keys()];
  }

  threadOf(runId: string): string | undefined {
    return this.views.get(runId)?.thread;
  }

  /** A run that was promised, such as by an acknowledgement. */
  expect(runId: string, thread: string): void {
    if (this.views.has(runId) || this.views.size >= MAX_RUNS) return;
    this.views.set(runId, { thread, attempt: 0, length: 0 });
  }

  began(runId: string, thread: string, { attempt, base }: { attempt: number; base: number }): void {
    const view = this.of(runId, thread);
    if (view === undefined || attempt <= view.attempt) return;
    view.attempt = attempt;
    view.length = Math.min(view.length, base);
  }

  /** @returns false if something in between is missing. */
  chunk(runId: string, thread: string, { attempt, off, parts }: Piece): boolean {
    const view = this.of(runId, thread);
    if (view === undefined || attempt < view.attempt) return true;
    if (attempt > view.attempt || off > view.length) return false;
    view.length = Math.max(view.length, off + partsLength(parts));
    return true;
  }

  snapshot(runId: string, thread: string, { attempt, off, parts }: Piece): void {
    const view = this.of(runId, thread);
    if (view === undefined || attempt < view.attempt) return;
    view.attempt = attempt;
    view.length = off + partsLength(parts);
  }

  ended(runId: string): void {
    this.views.delete(runId);
  }

  forget(thread: string): void {
    for (const [runId, view] of this.views) if (view.thread === thread) this.views.delete(runId);
  }

  private of(runId: string, thread: string): RunView | undefined {
    this.expect(runId, thread);
    return this.views.get(runId);
  }
}

interface Piece {
  readonly attempt: number;
  readonly off: number;
  readonly parts: readonly Part[];
}
