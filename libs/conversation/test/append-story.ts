import { expect } from '@jest/globals';
import { AppError } from '@holdfast/contracts';
import { isDataError } from '@holdfast/database';
import { AppendBatcher, type AppendOutcome, type AppendRow, type BatchedOutcome } from '../src/index.js';
import { laneOf } from '../src/log/append-lane.js';
import { FakeLog, keyOf, message, textOf, type Fault } from './fake-log.js';
import { VirtualClock } from './virtual-clock.js';

/** What somebody writes in one go, how long nothing else happens then, and whether the batcher gets a turn. */
export interface Saying {
  readonly thread: string;
  readonly sender: string;
  readonly texts: readonly string[];
  readonly pause: boolean;
  readonly passMs: number;
}

/** What becomes of one call of the log, how long that takes, and whether it comes at the end of that time. */
export interface Fate {
  readonly fault: Fault;
  readonly tookMs: number;
  readonly isLate: boolean;
}

/** Steps order what happens at the same time. */
interface Moment {
  readonly at: number;
  readonly step: number;
}

interface Call {
  readonly rows: readonly AppendRow[];
  readonly began: Moment;
  ended: Moment;
  /** Without an answer about its rows. */
  failed: boolean;
}

interface Said {
  readonly row: AppendRow;
  readonly outcome: BatchedOutcome;
  readonly said: Moment;
  readonly answered: Moment;
}

const LANES = 2;
const WAIT_MS = 100;
const ANSWER_MS = 140;
/** How much earlier than at its bound something may be answered. */
const EARLY_MS = 20;
const STUCK_MS = 40;
const RETRYABLE: ReadonlySet<string> = new Set(['busy', 'unavailable', 'blocked']);

const chainOf = ({ threadId, senderId }: AppendRow) => `${threadId} ${senderId}`;
const isNeverBusy = ({ threadId }: AppendRow) => !threadId.endsWith('0');

/** People write through an `AppendBatcher` to a log with faults; time passes only where the story says so. */
export class AppendStory {
  private readonly log: FakeLog;
  private readonly clock = new VirtualClock(() => this.log.inFlight > 0);
  private readonly batches: AppendBatcher;
  private readonly calls: Call[] = [];
  private readonly all: Said[] = [];
  /** What the log found wrong with what it was asked. */
  private readonly misuse: unknown[] = [];
  private steps = 0;

  constructor(fates: readonly Fate[], batchRows: number) {
    this.log = new FakeLog((call) => fates[call]?.fault ?? 'none');
    this.batches = new AppendBatcher({
      append: (rows) => this.append(rows, fates[this.calls.length]),
      lanes: LANES,
      limits: { batchRows, waitMs: WAIT_MS, answerMs: ANSWER_MS, stuckMs: STUCK_MS, busyPauseMs: 10 },
      clock: this.clock,
    });
  }

  /** Tells the story to its end: every row has its outcome. */
  async tell(sayings: readonly Saying[]): Promise<void> {
    const answers: Promise<void>[] = [];
    for (const { thread, sender, texts, pause, passMs } of sayings) {
      for (const text of texts) answers.push(this.say(thread, sender, text));
      if (pause || passMs > 0) await this.clock.pass(passMs);
    }
    await this.clock.passAll();
    await Promise.all(answers);
    await this.batches.drained();
    this.all.sort((a, b) => a.said.step - b.said.step);
  }

  /** How often what the story is about has happened. */
  get seen(): Readonly<Record<'refusedLate' | 'refusedBehind' | 'answeredUnderWay' | 'stayed' | 'appended', number>> {
    const count = (status: string) => this.all.filter(({ outcome }) => outcome.status === status);
    const underWay = count('unavailable').filter((said) => this.isUnderWay(said));
    const never = [...count('busy'), ...count('unavailable').filter((said) => !this.isUnknown(said))];
    const late = never.filter(({ said, answered }) => answered.at - said.at >= WAIT_MS);
    return {
      refusedLate: late.length,
      refusedBehind: never.length - late.length,
      answeredUnderWay: underWay.length,
      stayed: underWay.filter(({ row }) => this.stored(row).length > 0).length,
      appended: count('appended').length,
    };
  }

  check(): void {
    expect(this.misuse).toEqual([]);
    for (const said of this.all) this.checkOutcome(said);
    this.checkOrder();
    this.checkWaits();
  }

  private async say(thread: string, sender: string, text: string): Promise<void> {
    const said = this.moment();
    const row = message(thread, sender, String(said.step), text);
    const [outcome] = await this.batches.submit([row]);
    if (outcome === undefined) throw new Error('a row without an outcome');
    this.all.push({ row, outcome, said, answered: this.moment() });
  }

  private async append(rows: readonly AppendRow[], fate?: Fate): Promise<AppendOutcome[]> {
    const { tookMs = 0, isLate = false } = fate ?? {};
    const began = this.moment();
    const call: Call = { rows, began, ended: { at: Infinity, step: Infinity }, failed: false };
    this.calls.push(call);
    try {
      if (isLate) await this.clock.delay(tookMs);
      return await this.log.append(rows);
    } catch (error) {
      if (!(error instanceof AppError)) this.misuse.push(error);
      call.failed = !isDataError(error);
      throw error;
    } finally {
      if (!isLate) await this.clock.delay(tookMs);
      call.ended = this.moment();
    }
  }

  private moment(): Moment {
    return { at: this.clock.now(), step: this.steps++ };
  }

  private stored(row: AppendRow): { readonly seq: number; readonly id: string }[] {
    return this.log.threads.get(row.threadId)?.filter(({ key }) => key === keyOf(row)) ?? [];
  }

  /** Whether the row was in a call that failed without saying what became of it, or that went on when it was answered. */
  private isUnknown(said: Said): boolean {
    return this.isUnderWay(said) || this.calls.some(({ failed, rows }) => failed && rows.includes(said.row));
  }

  private isUnderWay({ row, answered }: Said): boolean {
    return this.calls.some(({ rows, ended }) => rows.includes(row) && ended.step > answered.step);
  }

  private get stuck(): Call[] {
    return this.calls.filter(({ failed, began, ended }) => failed && ended.at - began.at >= STUCK_MS);
  }

  /** What a sender is told is true, and it has a reason. */
  private checkOutcome(one: Said): void {
    const { row, outcome, said, answered } = one;
    const waitedMs = answered.at - said.at;
    const stored = this.stored(row);
    if (outcome.status === 'appended') {
      expect(stored).toMatchObject([{ seq: outcome.event.seq, id: outcome.event.id }]);
      return;
    }
    const isUnknown = outcome.status === 'unavailable' && this.isUnknown(one);
    expect(stored.length).toBeLessThanOrEqual(isUnknown ? 1 : 0);
    switch (outcome.status) {
      case 'invalid':
        expect(textOf(row)).toBe('poison');
        break;
      case 'busy':
        expect(waitedMs).toBeGreaterThanOrEqual(WAIT_MS);
        break;
      case 'blocked':
        expect(this.failedBefore(one)).not.toEqual([]);
        break;
      case 'unavailable':
        if (!isUnknown && waitedMs < WAIT_MS) expect(this.stuck.map(({ ended }) => ended.at)).toContain(answered.at);
        if (this.isUnderWay(one)) expect(this.firstWait(row, answered)).toBeGreaterThanOrEqual(ANSWER_MS - EARLY_MS);
        break;
      default:
        throw new Error(`an outcome without a cause: ${outcome.status}`);
    }
  }

  /** How long the sender had waited for the first of what was answered together with this row. */
  private firstWait(row: AppendRow, { step, at }: Moment): number {
    const before = this.all.filter((other) => chainOf(other.row) === chainOf(row) && other.answered.at === at);
    return Math.max(...before.filter(({ said }) => said.step < step).map(({ said }) => at - said.at));
  }

  /** What failed of the same sender after this row was written behind it. */
  private failedBefore({ row, said }: Said): Said[] {
    return this.all.filter(
      (other) =>
        chainOf(other.row) === chainOf(row) &&
        ['busy', 'unavailable'].includes(other.outcome.status) &&
        other.said.step < said.step &&
        said.step < other.answered.step,
    );
  }

  /** The order in the log is the order of writing, per sender and thread, and nothing takes the place of what failed. */
  private checkOrder(): void {
    const overtaking = this.all.flatMap((first, index) => {
      if (!RETRYABLE.has(first.outcome.status)) return [];
      return this.all
        .slice(index + 1)
        .filter(({ row, said }) => chainOf(row) === chainOf(first.row) && said.step < first.answered.step)
        .filter(({ outcome }) => !RETRYABLE.has(outcome.status))
        .map(({ row }) => [keyOf(first.row), keyOf(row)]);
    });
    expect(overtaking).toEqual([]);
    for (const entries of this.log.threads.values()) {
      for (const sender of ['s', 'u']) {
        const keys = entries.filter(({ key }) => key.includes(` ${sender} `)).map(({ key }) => key);
        const ids = keys.map((key) => Number(key.split(' ')[2]));
        expect(ids).toEqual([...ids].sort((a, b) => a - b));
      }
    }
  }

  /**
   * Everything is answered within its bound. Nothing is sent that waited too long or has its answer, nor what waited in the
   * lane of a batch that got no answer.
   */
  private checkWaits(): void {
    expect(this.all.filter(({ said, answered }) => answered.at - said.at > ANSWER_MS)).toEqual([]);
    const calls = this.all.map(({ row }) => this.calls.filter(({ rows }) => rows.includes(row)));
    const again = this.all.filter(({ answered }, index) =>
      calls[index]?.some(({ began }) => began.step > answered.step),
    );
    expect(again).toEqual([]);
    const late = this.all.filter(({ said }, index) => calls[index]?.some(({ began }) => began.at - said.at >= WAIT_MS));
    expect(late).toEqual([]);
    for (const { rows, ended } of this.stuck) {
      const lanes = new Set(rows.filter(isNeverBusy).map(({ threadId }) => laneOf(threadId, LANES)));
      const sentLater = this.all.filter(({ row, said }, index) => {
        const isBehind = isNeverBusy(row) && lanes.has(laneOf(row.threadId, LANES)) && said.step < ended.step;
        const [first] = calls[index] ?? [];
        return isBehind && first !== undefined && first.began.step > ended.step;
      });
      expect(sentLater).toEqual([]);
    }
  }
}
