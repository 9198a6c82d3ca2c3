import type { LiveRun, LogEvent, Part, RunFollow, RunOutcome } from '@holdfast/contracts';
import type { RunSeen, Via } from '../../history/entry.js';
import type { Recorder } from '../../system/recorder.js';
import { seenEventOf, textOf } from '../../system/seen-event.js';

export interface Observer {
  readonly client: string;
  readonly tenant: string;
  /** User id. */
  readonly user: string;
}

interface Source {
  readonly via: Via;
  readonly op?: number | undefined;
}

interface Output {
  readonly runId: string;
  readonly attempt: number;
}

/** Writes down what reaches one client, before the client makes anything of it. */
export class Observations {
  /** Number of the present connection. */
  connection = -1;

  constructor(
    private readonly recorder: Recorder,
    readonly observer: Observer,
  ) {}

  events(events: readonly LogEvent[], thread: string, epoch: string, { via, op }: Source): void {
    for (const event of events) {
      const place = { ...this.observer, connection: this.connection, via, ...(op === undefined ? {} : { op }) };
      this.recorder.record({ kind: 'seen', ...place, thread, epoch, ...seenEventOf(event) });
    }
  }

  attempt(thread: string, { runId, attempt, base }: Output & { readonly base: number }): void {
    this.run(thread, { runId, attempt }, { via: 'live' }, { what: 'attempt', base });
  }

  output(
    thread: string,
    what: 'chunk' | 'snapshot',
    { runId, attempt, off, parts }: Output & { readonly off: number; readonly parts: readonly Part[] },
    source: Source,
  ): void {
    this.run(thread, { runId, attempt }, source, { what, off, text: textOf(parts) });
  }

  ended(
    thread: string,
    { runId, attempt, length, outcome }: Output & { readonly length: number; readonly outcome: RunOutcome },
    source: Source,
  ): void {
    this.run(thread, { runId, attempt }, source, { what: 'ended', length, status: outcome });
  }

  /** Runs that came with an open or a resume. A queued one has said nothing yet. */
  live(thread: string, runs: readonly LiveRun[], source: Source): void {
    for (const run of runs) {
      if (run.status === 'running') this.output(thread, run.off === 0 ? 'snapshot' : 'chunk', run, source);
    }
  }

  follow(thread: string, run: RunFollow, source: Source): void {
    if (run.status === 'tail') this.output(thread, 'chunk', run, source);
    else if (run.status === 'snapshot') this.output(thread, 'snapshot', run, source);
    else if (run.status === 'ended') this.ended(thread, run, source);
  }

  private run(
    thread: string,
    { runId: run, attempt }: Output,
    { via, op }: Source,
    facts: Pick<RunSeen, 'what' | 'base' | 'off' | 'text' | 'status' | 'length'>,
  ): void {
    const place = { ...this.observer, connection: this.connection, via, ...(op === undefined ? {} : { op }) };
    this.recorder.record({ kind: 'run', ...place, thread, run, attempt, ...facts });
  }
}
