import { createHash } from 'node:crypto';
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

/** The journal of one run, in Postgres; it waits while Postgres is away, for as long as the attempt lives. */
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
    const recorded = await persist(signal, () => this.store.recall(claim, step));
    if (recorded !== undefined) return recorded;
    const result = await work();
    return persist(signal, () => this.store.record(claim, step, result));
  }
}
