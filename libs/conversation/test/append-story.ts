import { expect } from '@jest/globals';
import { AppError } from '@holdfast/contracts';
import { isDataError } from '@holdfast/database';
import { AppendBatcher, type AppendOutcome, type AppendRow, type BatchedOutcome } from '../src/index.js';
import { laneOf } from '../src/log/append-lane.js';
import { FakeLog, keyOf, message, textOf, type Fault } from './fake-log.js';

/** What somebody writes in one go, how long nothing else happens then, and whether the batcher gets a turn. */
export interface Saying {
  readonly thread: string;
  readonly sender: string;
  readonly texts: readonly string[];
  readonly pause: boolean;
  readonly passMs: number;
}

/** What becomes of one call of the log, and how long that takes. */
export interface Fate {
  readonly fault: Fault;
  readonly tookMs: number;
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
const STUCK_MS = 40;
const RETRYABLE: ReadonlySet<string> = new Set(['busy', 'unavailable', 'blocked']);

const chainOf = ({ threadId, senderId }: AppendRow) => `${threadId} ${senderId}`;
const isNeverBusy = ({ threadId }: AppendRow) => !threadId.endsWith('0');
const turn = () => new Promise(setImmediate);

/** People write through an `AppendBatcher` to a log with faults; time passes only where the story says so. */
export class AppendStory {
  private readonly log: FakeLog;
  private readonly batches: AppendBatcher;
  private readonly calls: Call[] = [];
  private readonly all: Said[] = [];
  /** What the log found wrong with what it was asked. */
  private readonly misuse: unknown[] = [];
  private now = 0;
  private steps = 0;

  constructor(fates: readonly Fate[], batchRows: number) {
    this.log = new FakeLog((call) => fates[call]?.fault ?? 'none');
    this.batches = new AppendBatcher({
      append: (rows) => this.append(rows, fates[this.calls.length]?.tookMs ?? 0),
      lanes: LANES,
      limits: { batchRows, waitMs: WAIT_MS, stuckMs: STUCK_MS, busyPauseMs: 10 },
      clock: {
        now: () => this.now,
        delay: async (ms) => {
          await turn();
          this.now += ms;
        },
      },
    });
  }

  /** Tells the story to its end: every row has its outcome. */
  async tell(sayings: readonly Saying[]): Promise<void> {
    const answers: Promise<void>[] = [];
    for (const { thread, sender, texts, pause, passMs } of sayings) {
      for (const text of texts) answers.push(this.say(thread, sender, text));
      this.now += passMs;
      if (pause) await turn();
    }
    await Promise.all(answers);
    await this.batches.drained();
    this.all.sort((a, b) => a.said.step - b.said.step);
  }

  /** How often what the story is about has happened. */
  get seen(): { readonly refusedLate: number; readonly refusedBehind: number; readonly appended: number } {
    const count = (status: string) => this.all.filter(({ outcome }) => outcome.status === status);
    return {
      refusedLate: count('busy').length,
      refusedBehind: count('unavailable').filter(({ row }) => !this.isUnknown(row)).length,
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

  private async append(rows: readonly AppendRow[], tookMs: number): Promise<AppendOutcome[]> {
    const began = this.moment();
    const call: Call = { rows, began, ended: began, failed: false };
    this.calls.push(call);
    try {
      return await this.log.append(rows);
    } catch (error) {
      if (!(error instanceof AppError)) this.misuse.push(error);
      call.failed = !isDataError(error);
      throw error;
    } finally {
      this.now += tookMs;
      call.ended = this.moment();
    }
  }

  private moment(): Moment {
    return { at: this.now, step: this.steps++ };
  }

  private stored(row: AppendRow): { readonly seq: number; readonly id: string }[] {
    return this.log.threads.get(row.threadId)?.filter(({ key }) => key === keyOf(row)) ?? [];
  }

  /** Whether the row was in a call that failed without saying what became of it. */
  private isUnknown(row: AppendRow): boolean {
    return this.calls.some(({ failed, rows }) => failed && rows.includes(row));
  }

  private get stuck(): Call[] {
    return this.calls.filter(({ failed, began, ended }) => failed && ended.at - began.at >= STUCK_MS);
  }

  /** What a sender is told is true, and it has a reason. */
  private checkOutcome({ row, outcome, said, answered }: Said): void {
    const stored = this.stored(row);
    if (outcome.status === 'appended') {
      expect(stored).toMatchObject([{ seq: outcome.event.seq, id: outcome.event.id }]);
      return;
    }
    const isUnknown = outcome.status === 'unavailable' && this.isUnknown(row);
    expect(stored.length).toBeLessThanOrEqual(isUnknown ? 1 : 0);
    switch (outcome.status) {
      case 'invalid':
        expect(textOf(row)).toBe('poison');
        break;
      case 'busy':
        expect(answered.at - said.at).toBeGreaterThanOrEqual(WAIT_MS);
        break;
      case 'blocked':
        expect(this.chain(row).some(({ status }) => status === 'busy' || status === 'unavailable')).toBe(true);
        break;
      case 'unavailable':
        if (!isUnknown) expect(this.stuck.map(({ ended }) => ended.at)).toContain(answered.at);
        break;
      default:
        throw new Error(`an outcome without a cause: ${outcome.status}`);
    }
  }

  private chain(row: AppendRow): BatchedOutcome[] {
    return this.all.filter((other) => chainOf(other.row) === chainOf(row)).map(({ outcome }) => outcome);
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

  /** Nothing is sent that waited too long, nor what waited in the lane of a batch that got no answer. */
  private checkWaits(): void {
    const calls = this.all.map(({ row }) => this.calls.filter(({ rows }) => rows.includes(row)));
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
