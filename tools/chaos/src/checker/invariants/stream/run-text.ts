import type { FinalRun, RunSeen } from '../../../history/entry.js';
import type { Tell } from '../../invariant.js';
import { excerpt } from '../../support/excerpt.js';
import { getOrSet } from '../../support/get-or-set.js';
import { AttemptText, type Mismatch } from './attempt-text.js';

type Observed = RunSeen & { readonly i: number };

interface Attempt {
  readonly text: AttemptText;
  readonly first: number;
  base?: { readonly value: number; readonly entry: number };
}

/** What all observers together were shown of one run. */
export class RunText {
  readonly #attempts = new Map<number, Attempt>();
  readonly #ends: { readonly attempt: number; readonly length: number | undefined; readonly entry: number }[] = [];

  constructor(
    private readonly id: string,
    private readonly tell: Tell,
  ) {}

  /** First entry about the run. */
  get first(): number {
    const [attempt] = this.#attempts.values();
    return attempt?.first ?? this.#ends[0]?.entry ?? 0;
  }

  seen(entry: Observed): void {
    const { attempt: number, what, i } = entry;
    if (what === 'ended') {
      const known = this.#ends.find((end) => end.attempt === number && end.length === entry.length);
      if (known === undefined) this.#ends.push({ attempt: number, length: entry.length, entry: i });
      return;
    }
    const attempt = getOrSet(this.#attempts, number, (): Attempt => ({ text: new AttemptText(), first: i }));
    if (what === 'attempt') this.#began(number, attempt, entry);
    else
      this.#mismatch(
        number,
        attempt.text.show({ off: entry.off ?? 0, text: entry.text ?? '', entry: i }),
        'shown before',
      );
  }

  /** Compares everything with what Postgres kept. */
  final(run: FinalRun, entry: number): void {
    const text = run.text ?? '';
    if (text.length !== run.length) {
      this.#violated(`its message has length ${text.length}, the run ${run.length}`, [entry]);
    }
    for (const end of this.#ends) {
      if (end.length === run.length && end.attempt === run.attempt) continue;
      const told = `attempt ${end.attempt} with length ${String(end.length)}`;
      this.#violated(`was told to end with ${told}; it is attempt ${run.attempt} with ${run.length}`, [
        end.entry,
        entry,
      ]);
    }
    const numbers = [...this.#attempts.keys()].sort((a, b) => a - b);
    this.#inheritUpwards(numbers);
    for (const number of numbers) {
      const attempt = this.#attempts.get(number);
      if (attempt === undefined) continue;
      if (number > run.attempt)
        this.#violated(`attempt ${number} was shown, the last is ${run.attempt}`, [attempt.first, entry]);
      if (number === run.attempt) this.#mismatch(number, attempt.text.against(text, true, entry), 'in the message');
    }
    this.#keptDownwards(run, text, entry);
  }

  #began(number: number, attempt: Attempt, { base, i }: Observed): void {
    if (base === undefined) return;
    attempt.base ??= { value: base, entry: i };
    if (attempt.base.value === base) return;
    const what = `attempt ${number} began with base ${attempt.base.value} and with ${base}`;
    this.#violated(what, [attempt.base.entry, i]);
  }

  /** What an attempt kept is where its own text begins. */
  #inheritUpwards(numbers: readonly number[]): void {
    for (const number of numbers) {
      const attempt = this.#attempts.get(number);
      const before = this.#attempts.get(number - 1);
      if (attempt?.base === undefined || before === undefined || before.text.text.length < attempt.base.value) continue;
      const kept = before.text.text.slice(0, attempt.base.value);
      this.#mismatch(number, attempt.text.inherit(kept, attempt.base.entry), 'kept from the attempt before');
    }
  }

  /** Whatever was shown is kept by the next attempt, or all of it is given up by a reset. */
  #keptDownwards(run: FinalRun, text: string, entry: number): void {
    let truth = text;
    for (let number = run.attempt; number > 1; number--) {
      const base = this.#attempts.get(number)?.base;
      if (base === undefined || base.value === 0) return;
      const before = this.#attempts.get(number - 1);
      truth = truth.slice(0, base.value);
      if (before === undefined) continue;
      if (before.text.end > base.value) {
        const what = `${before.text.end} units of attempt ${number - 1} were shown, attempt ${number} kept ${base.value}`;
        this.#violated(what, [before.text.endEntry ?? before.first, base.entry]);
      }
      this.#mismatch(number - 1, before.text.against(truth, false, entry), 'kept in the end');
    }
  }

  #mismatch(attempt: number, mismatch: Mismatch | undefined, where: string): void {
    if (mismatch === undefined) return;
    const { off, shown, other, entries } = mismatch;
    this.#violated(`attempt ${attempt}, offset ${off}: ${excerpt(shown)} shown, ${excerpt(other)} ${where}`, entries);
  }

  #violated(what: string, entries: readonly number[]): void {
    this.tell({ what, subject: `run ${this.id}`, entries });
  }
}
