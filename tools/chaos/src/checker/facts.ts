import type { Entry, Invoked, Meta, Phase, ThreadOfRun } from '../history/entry.js';

/** What every invariant needs to know about the history so far. */
export class Facts {
  readonly #invoked = new Map<number, number>();
  readonly #open = new Map<number, Invoked>();
  readonly #threads = new Map<string, ThreadOfRun>();
  readonly #phases = new Map<Phase['name'], Phase & { readonly i: number; readonly at: number }>();
  readonly #invalid = new Set<string>();
  #meta: Meta | undefined;
  #lastHeal: { readonly i: number; readonly at: number } | undefined;
  #answering: number | undefined;

  /** Why the history proves nothing. */
  get invalid(): readonly string[] {
    return [...this.#invalid];
  }

  get meta(): Meta | undefined {
    return this.#meta;
  }

  get threads(): ReadonlyMap<string, ThreadOfRun> {
    return this.#threads;
  }

  /** Operations without an answer, by number; the one that the current entry answers is still among them. */
  get open(): ReadonlyMap<number, Invoked & { readonly i?: number }> {
    return this.#open;
  }

  /** Entry in which an operation was invoked. */
  invokedAt(op: number): number | undefined {
    return this.#invoked.get(op);
  }

  phase(name: Phase['name']): { readonly i: number; readonly at: number } | undefined {
    return this.#phases.get(name);
  }

  /** The end of the last fault so far. */
  get lastHeal(): { readonly i: number; readonly at: number } | undefined {
    return this.#lastHeal;
  }

  /** From the end of the last fault until every app was ready; undefined without faults, or if the history does not say. */
  get readyAfterMs(): number | undefined {
    const ready = this.phase('ready');
    return ready === undefined || this.#lastHeal === undefined ? undefined : ready.at - this.#lastHeal.at;
  }

  invalidate(why: string): void {
    this.#invalid.add(why);
  }

  entry(entry: Entry): void {
    if (this.#answering !== undefined) this.#open.delete(this.#answering);
    this.#answering = undefined;
    switch (entry.kind) {
      case 'meta':
        this.#meta = entry;
        for (const thread of entry.threads) this.#threads.set(thread.thread, thread);
        break;
      case 'invoke':
        if (this.#invoked.has(entry.op)) this.invalidate(`operation ${entry.op} was invoked twice`);
        this.#invoked.set(entry.op, entry.i);
        this.#open.set(entry.op, entry);
        break;
      case 'answer':
        if (!this.#open.has(entry.op)) this.invalidate(`entry ${entry.i} answers what is not open: ${entry.op}`);
        this.#answering = entry.op;
        break;
      case 'fault':
        if (entry.phase === 'end') this.#lastHeal = entry;
        break;
      case 'phase':
        if (this.#phases.has(entry.name)) this.invalidate(`the phase ${entry.name} came twice`);
        this.#phases.set(entry.name, entry);
        break;
      default:
        if ('op' in entry && !this.#invoked.has(entry.op)) {
          this.invalidate(`entry ${entry.i} belongs to operation ${entry.op}, which nobody invoked`);
        }
    }
  }
}
