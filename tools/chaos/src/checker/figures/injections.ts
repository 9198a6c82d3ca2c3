import type { Entry, Fault } from '../../history/entry.js';
import type { FaultFigures, OperationCounts, Violation } from '../verdict.js';
import type { Gap } from './service-gaps.js';

/** A gap that begins that soon after a fault was over belongs to it, in ms. */
const SETTLE_MS = 500;
/** A violation that shows that soon after the recovery still counts for the fault, in ms. */
const AFTERMATH_MS = 2_000;

interface Injection {
  readonly name: string;
  readonly begin: number;
  end: number;
  effective: boolean;
}

/**
 * Faults, and what they cost.
 *
 * Recovery of an injection: from its begin until everybody is served as usual again (`USUAL`: sends are acknowledged,
 * watchers hold what was acknowledged, streams go on), the time that the fault itself lasts included. It is the end of
 * the longest gap that began before the fault was over or half a second later, and 0 if nobody noticed. Faults that
 * overlap share their gaps.
 */
export class Injections {
  readonly #all = new Map<number, Injection>();
  readonly #answers: { readonly at: number; readonly outcome: keyof OperationCounts }[] = [];
  readonly #times: number[] = [];
  readonly #total = { ok: 0, fail: 0, info: 0 };

  get operations(): OperationCounts {
    return this.#total;
  }

  entry(entry: Entry): void {
    this.#times.push(entry.at);
    if (entry.kind === 'answer') {
      this.#total[entry.outcome]++;
      this.#answers.push({ at: entry.at, outcome: entry.outcome });
    } else if (entry.kind === 'fault') this.#fault(entry, entry.at);
  }

  /** Figures of each fault that was planned or came, in that order. */
  figures(planned: readonly string[], gaps: readonly Gap[], violations: readonly Violation[]): FaultFigures[] {
    const all = [...this.#all.values()].map((injection) => {
      const recoveredAt = recoveryOf(injection, gaps);
      return { ...injection, recoveredAt, until: Math.max(injection.end, recoveredAt) };
    });
    const names = new Set([...planned, ...all.map(({ name }) => name)]);
    return [...names].map((name): FaultFigures => {
      const own = all.filter((injection) => injection.name === name);
      const effective = own.filter((injection) => injection.effective);
      const within = (at: number, slack = 0) => own.some(({ begin, until }) => at >= begin && at <= until + slack);
      const operations = { ok: 0, fail: 0, info: 0 };
      for (const { at, outcome } of this.#answers) if (within(at)) operations[outcome]++;
      return {
        name,
        injections: own.length,
        effective: effective.length,
        operations,
        recoveriesMs: effective.flatMap(({ begin, recoveredAt }) =>
          recoveredAt < Infinity ? [recoveredAt - begin] : [],
        ),
        unrecovered: effective.filter(({ recoveredAt }) => recoveredAt === Infinity).length,
        violations: violations.filter(({ entries: [proof] }) => {
          const at = proof === undefined ? undefined : this.#times[proof];
          return at !== undefined && within(at, AFTERMATH_MS);
        }).length,
      };
    });
  }

  #fault({ injection, name, phase, effective = false }: Fault, at: number): void {
    if (phase === 'begin') {
      this.#all.set(injection, { name, begin: at, end: at, effective: false });
      return;
    }
    const known = this.#all.get(injection);
    if (known !== undefined) Object.assign(known, { end: at, effective });
  }
}

/** When service was back. */
function recoveryOf({ begin, end }: Injection, gaps: readonly Gap[]): number {
  let back = begin;
  for (const { from, to } of gaps) {
    if (to > begin && from <= end + SETTLE_MS) back = Math.max(back, to);
  }
  return back;
}
