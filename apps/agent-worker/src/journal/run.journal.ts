import { createHash } from 'node:crypto';
import { AppError } from '@holdfast/contracts';
import type { LiveRun } from '../runs/live-run.js';
import { persist } from '../runs/persist.js';
import type { RunStore, StepKey } from '../runs/run-store.port.js';
import { Journal, type Json, type JournalKey } from './journal.port.js';

/** A text that is the same for equal values, whatever the order of their keys. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(',')}}`;
}

function stepKey({ step, name, args }: JournalKey): StepKey {
  return { step, name, argsHash: createHash('sha256').update(canonical(args)).digest('hex') };
}

/**
 * The journal of one run, in Postgres; it waits while Postgres is away, for as long as the attempt lives. Work begins only
 * while the run is this attempt's for certain: not once it was given back, and not after the end of the lease that Postgres
 * has shown. What has begun is not stopped here: it can be made again by another attempt until its result is recorded.
 */
export class RunJournal extends Journal {
  constructor(
    private readonly store: Pick<RunStore, 'recall' | 'record'>,
    private readonly run: LiveRun,
  ) {
    super();
  }

  override async once(key: JournalKey, work: () => Promise<Json>): Promise<Json> {
    const { claim, signal } = this.run;
    const step = stepKey(key);
    const recorded = await persist(signal, () => this.recall(step));
    if (recorded !== undefined) return recorded;
    // The attempt may have been stopped while Postgres answered, and its run given back since.
    signal.throwIfAborted();
    const result = await work();
    return persist(signal, () => this.store.record(claim, step, result));
  }

  /** The recorded result; undefined if there is none and the lease lasts still. */
  private async recall(step: StepKey): Promise<Json | undefined> {
    // Before the question is sent, so that the lease ends here no later than in Postgres; this clock goes on in a process
    // that is stopped.
    const askedAt = performance.now();
    const recalled = await this.store.recall(this.run.claim, step);
    if (recalled.status === 'recorded') return recalled.result;
    // The committer renews the lease, or finds out who has the run now.
    if (performance.now() - askedAt >= recalled.leaseMs) throw new AppError('unavailable', 'The lease has ended.');
    return undefined;
  }
}
