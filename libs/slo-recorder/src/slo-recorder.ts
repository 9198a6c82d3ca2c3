import { seriesKey } from '@holdfast/slo';
import { DeadlineQueue, type Timed } from './deadline-queue.js';

/** What distinguishes measurements of one SLO, such as the cause; from small closed sets only. */
export type Dims = Readonly<Record<string, string>>;

export type Result = 'good' | 'bad' | 'excluded';

/** Counts of a series since they were last taken over. */
export interface Slot {
  readonly slo: string;
  readonly dims: Dims;
  good: number;
  bad: number;
  excluded: number;
}

/** Something that is under way; only its first judgement counts. Past its deadline it is bad, whatever follows. */
export interface Timing {
  good(): void;
  bad(): void;
  /** Neither good nor bad: the user gave it up, for example. */
  exclude(): void;
}

export interface TimeOptions {
  readonly dims?: Dims | undefined;
  /** When it began, in ms of `performance.now()`; by default now. */
  readonly startedAt?: number;
}

/** Bound of different (SLO, dims); beyond it dims are left out. */
const MAX_SERIES = 500;

/** Bound of a name in dims, as the service has it. */
const MAX_LENGTH = 64;

const NO_DIMS: Dims = {};

class Stopwatch implements Timing, Timed {
  isJudged = false;

  constructor(
    private readonly slot: Slot,
    readonly dueAt: number,
  ) {}

  good(): void {
    this.judge(performance.now() < this.dueAt ? 'good' : 'bad');
  }

  bad(): void {
    this.judge('bad');
  }

  exclude(): void {
    this.judge('excluded');
  }

  judge(result: Result): void {
    if (this.isJudged) return;
    this.isJudged = true;
    this.slot[result] += 1;
  }
}

/**
 * Counts what an SLO is about. Nothing here throws, waits or writes: a count is an addition in memory, and the reporter
 * takes the counts over several times a second.
 */
export class SloRecorder {
  readonly #plain = new Map<string, Slot>();
  readonly #series = new Map<string, Slot>();
  readonly #deadlines = new Map<number, DeadlineQueue<Stopwatch>>();

  /** Ids of the SLOs that were declared or counted. */
  get measures(): string[] {
    return [...this.#plain.keys()];
  }

  /** Things under way that are watched for their deadline. */
  get watched(): number {
    return [...this.#deadlines.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Says that this process measures the SLO, even if nothing happens: its silence is not a lack of data. */
  declare(slo: string): void {
    this.slot(slo);
  }

  /** Counts `units` (a whole number from 0 on) as good. */
  good(slo: string, units = 1, dims: Dims = NO_DIMS): void {
    this.#add(slo, 'good', units, dims);
  }

  bad(slo: string, units = 1, dims: Dims = NO_DIMS): void {
    this.#add(slo, 'bad', units, dims);
  }

  /** Counts as seen, but as no part of the SLO. */
  exclude(slo: string, units = 1, dims: Dims = NO_DIMS): void {
    this.#add(slo, 'excluded', units, dims);
  }

  /**
   * Begins to time one event. It counts as bad, once, as soon as `deadlineMs` (from now) are over: what hangs is seen
   * while it hangs.
   */
  time(slo: string, deadlineMs: number, { dims = NO_DIMS, startedAt = performance.now() }: TimeOptions = {}): Timing {
    const stopwatch = new Stopwatch(this.slot(slo, dims), startedAt + Math.max(0, deadlineMs));
    let queue = this.#deadlines.get(deadlineMs);
    if (queue === undefined && this.#deadlines.size < MAX_SERIES) {
      queue = new DeadlineQueue();
      this.#deadlines.set(deadlineMs, queue);
    }
    queue?.push(stopwatch);
    return stopwatch;
  }

  /** Judges what is past its deadline. */
  sweep(now = performance.now()): void {
    for (const [deadlineMs, queue] of this.#deadlines) {
      queue.sweep(now, (stopwatch) => {
        stopwatch.judge('bad');
      });
      if (queue.size === 0) this.#deadlines.delete(deadlineMs);
    }
  }

  /** Gives each series' new counts to `take` and begins again at 0. */
  drain(take: (slot: Readonly<Slot>) => void): void {
    for (const slots of [this.#plain, this.#series]) {
      for (const slot of slots.values()) {
        if (slot.good + slot.bad + slot.excluded === 0) continue;
        take({ ...slot });
        slot.good = slot.bad = slot.excluded = 0;
      }
    }
  }

  /** The counter of a series; kept by whoever counts often. */
  slot(slo: string, dims: Dims = NO_DIMS): Slot {
    let plain = this.#plain.get(slo);
    if (plain === undefined) {
      plain = { slo, dims: NO_DIMS, good: 0, bad: 0, excluded: 0 };
      if (this.#plain.size < MAX_SERIES) this.#plain.set(slo, plain);
    }
    return dims === NO_DIMS ? plain : this.#withDims(plain, dims);
  }

  #withDims(plain: Slot, dims: Dims): Slot {
    const words = Object.entries(dims).flat();
    if (words.length === 0 || words.some((word) => word.length > MAX_LENGTH)) return plain;
    const key = seriesKey({ slo: plain.slo, dims });
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    if (this.#series.size >= MAX_SERIES) return plain;
    const slot = { slo: plain.slo, dims: { ...dims }, good: 0, bad: 0, excluded: 0 };
    this.#series.set(key, slot);
    return slot;
  }

  #add(slo: string, result: Result, units: number, dims: Dims): void {
    if (Number.isSafeInteger(units) && units > 0) this.slot(slo, dims)[result] += units;
  }
}
