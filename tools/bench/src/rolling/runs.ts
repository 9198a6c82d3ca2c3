import { Samples } from '../lib/samples.js';

interface Run {
  units: number;
  lastAt: number;
  pauseMs: number;
  attempt: number;
  restarted: boolean;
  ended: boolean;
}

/** What the readers of streaming runs saw of them. */
export class Runs {
  failed = 0;
  private readonly runs = new Map<string, Run>();

  /** The reader now has so much of the text. */
  progress(runId: string, units: number, attempt = 1): void {
    const now = performance.now();
    const run = this.runs.get(runId);
    if (run === undefined) {
      const fresh = { pauseMs: 0, restarted: false, ended: false };
      this.runs.set(runId, { units, attempt, lastAt: now, ...fresh });
      return;
    }
    if (units !== run.units && run.units > 0) run.pauseMs = Math.max(run.pauseMs, now - run.lastAt);
    if (units !== run.units) run.lastAt = now;
    // Text that was shown is gone.
    if (units < run.units) run.restarted = true;
    run.units = units;
    run.attempt = Math.max(run.attempt, attempt);
  }

  ended(runId: string, isComplete: boolean): void {
    const run = this.runs.get(runId);
    if (run?.ended === true) return;
    if (run !== undefined) run.ended = true;
    if (!isComplete) this.failed += 1;
  }

  get streaming(): number {
    return this.count(({ ended, units }) => !ended && units > 0);
  }

  get total(): number {
    return this.runs.size;
  }

  get moved(): number {
    return this.count(({ attempt }) => attempt > 1);
  }

  get restarted(): number {
    return this.count(({ restarted }) => restarted);
  }

  /** The longest wait for the next word, of each run. */
  get pauses(): Samples {
    return new Samples([...this.runs.values()].map(({ pauseMs }) => pauseMs));
  }

  private count(is: (run: Run) => boolean): number {
    return [...this.runs.values()].filter(is).length;
  }
}
