import { Journal, type Json, type JournalKey } from '../src/journal/journal.port.js';

/** A journal in memory, for tests of agents. */
export class MemoryJournal extends Journal {
  readonly entries = new Map<string, Json>();

  override async once({ step, name, args }: JournalKey, work: () => Promise<Json>): Promise<Json> {
    const key = JSON.stringify([step, name, args]);
    const recorded = this.entries.get(key);
    if (recorded !== undefined) return recorded;
    const result = await work();
    this.entries.set(key, result);
    return result;
  }
}
