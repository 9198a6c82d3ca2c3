/**
 * Group commit of messages.
 *
 * An entry is `queued` in the lane of its thread, becomes `parked` in the busy lane while somebody else holds the
 * thread, and is `settled` once, with an outcome. A lane has one batch in flight; what arrives meanwhile is the next
 * batch. Entries of one thread never overtake each other: a thread that has a parked entry parks its later ones too.
 * After a retryable failure the sender's later entries in that thread are refused as `blocked`, because accepting them
 * would put them before the one that failed.
 *
 * An entry is answered within `answerMs` of its submission, whatever the batches before it did. One that the database has
 * not been given by then never goes there. One that it has been given is answered `unavailable` and stays in its place
 * until the call ends: it may be in the log, a retry waits behind it and finds out.
 */
import { isDataError } from '@holdfast/database';
import type { AppendedMessage, AppendOutcome, AppendRow } from './append-messages.js';
import { systemClock, type AppendClock } from './append-clock.js';
import { APPEND_LIMITS, type AppendLimits } from './append-limits.js';
import type { BatchedOutcome } from './batched-outcome.js';
import { AppendEntry } from './append-entry.js';
import { AppendLane, laneOf } from './append-lane.js';
import { AppendRound } from './append-round.js';
import { AppendWatch } from './append-watch.js';

export interface AppendBatcherOptions {
  /** Appends rows in one round trip, as `appendMessages` does; a key occurs once per call. */
  readonly append: (rows: readonly AppendRow[]) => Promise<readonly AppendOutcome[]>;
  /** Lanes; each has one batch in flight. */
  readonly lanes: number;
  /** Called after each commit with what it appended, in order. */
  readonly onAppended?: (messages: readonly AppendedMessage[]) => void;
  /** Called with every failure of `append` that is not the fault of a row. */
  readonly onFailure?: (error: unknown) => void;
  readonly limits?: Partial<AppendLimits>;
  /** What waits and deadlines go by. */
  readonly clock?: AppendClock;
}

/** What is due within this time is answered at once, in ms: one look for many. */
const TOGETHER_MS = 20;

/** Collects messages of many senders into few round trips; see the head of this file for its rules. */
export class AppendBatcher {
  private readonly lanes: readonly AppendLane[];
  private readonly busyLane = new AppendLane();
  /** Number of parked entries by thread. */
  private readonly parked = new Map<string, number>();
  /** Those under way, one for each running lane. */
  private readonly rounds = new Set<AppendRound>();
  private readonly limits: AppendLimits;
  private readonly clock: AppendClock;
  private readonly watch: AppendWatch;
  private waiting = 0;
  private idle: (() => void)[] = [];

  constructor(private readonly options: AppendBatcherOptions) {
    this.lanes = Array.from({ length: options.lanes }, () => new AppendLane());
    this.limits = { ...APPEND_LIMITS, ...options.limits };
    this.clock = options.clock ?? systemClock;
    this.watch = new AppendWatch(this.clock, () => this.answerOverdue());
  }

  /** Appends rows and answers each, in the order given, after its commit, its failure or its bound. Never rejects. */
  submit(rows: readonly AppendRow[]): Promise<BatchedOutcome[]> {
    if (this.waiting + rows.length > this.limits.waitingRows) {
      return Promise.resolve(rows.map(() => ({ status: 'busy' })));
    }
    return Promise.all(
      rows.map((row) => {
        const lane = this.lanes[laneOf(row.threadId, this.lanes.length)] ?? this.busyLane;
        return new Promise<BatchedOutcome>((resolve) => {
          this.waiting++;
          lane.entries.push(new AppendEntry(row, this.clock.now(), resolve));
          this.start(lane);
          this.watch.start(this.limits.answerMs);
        });
      }),
    );
  }

  /** Resolves once every submitted row has its outcome and the database is at work on none. */
  drained(): Promise<void> {
    if (this.waiting === 0) return Promise.resolve();
    return new Promise((resolve) => this.idle.push(resolve));
  }

  private start(lane: AppendLane): void {
    if (lane.running) return;
    lane.running = true;
    // Everything that one turn of the event loop submits shares a batch.
    queueMicrotask(() => void this.run(lane));
  }

  private async run(lane: AppendLane): Promise<void> {
    while (lane.entries.length > 0) {
      const batch = lane.nextBatch(this.limits);
      const round = new AppendRound(lane, batch);
      this.rounds.add(round);
      await this.execute(batch, round);
      this.rounds.delete(round);
      if (lane !== this.busyLane) continue;
      lane.putBack(batch);
      if (round.busyThreads.size > 0) await this.clock.delay(this.limits.busyPauseMs);
    }
    lane.running = false;
  }

  /** Sends a batch, or a part of one, and settles or parks each entry. */
  private async execute(batch: readonly AppendEntry[], round: AppendRound): Promise<void> {
    const ready = batch.filter((entry) => this.mayGo(entry, round));
    if (ready.length === 0) return;
    let outcomes: readonly AppendOutcome[];
    const startedAt = this.clock.now();
    round.flight = ready;
    try {
      outcomes = await this.options.append(ready.map(({ row }) => row));
    } catch (error) {
      round.flight = [];
      if (!isDataError(error) && this.clock.now() - startedAt >= this.limits.stuckMs) this.giveUp(round);
      return this.fail(ready, round, error);
    }
    round.flight = [];
    const appended: AppendedMessage[] = [];
    ready.forEach((entry, index) => {
      const outcome = outcomes[index] ?? { status: 'unavailable' };
      if (outcome.status === 'busy' && !entry.isAnswered) this.park(entry, round);
      else this.settle(entry, outcome);
      if (outcome.status === 'appended') appended.push(outcome);
    });
    this.announce(appended);
  }

  /** A row that the database refused is found by halving; any other failure leaves the outcome of all rows unknown. */
  private async fail(batch: readonly AppendEntry[], round: AppendRound, error: unknown): Promise<void> {
    if (!isDataError(error)) {
      this.options.onFailure?.(error);
      // What was written after an entry that had its answer before was written in the knowledge of it.
      const chains = new Set(batch.flatMap(({ isAnswered, chain }) => (isAnswered ? [] : [chain])));
      for (const entry of batch) this.settle(entry, { status: 'unavailable' });
      this.block(chains);
    } else if (batch.length === 1) {
      for (const entry of batch) this.settle(entry, { status: 'invalid' });
    } else {
      const middle = Math.ceil(batch.length / 2);
      await this.execute(batch.slice(0, middle), round);
      await this.execute(batch.slice(middle), round);
    }
  }

  /** Refuses what waits behind a batch that got no answer: it would only wait for the same deadline once more. */
  private giveUp({ lane }: AppendRound): void {
    const behind = lane.entries.filter(({ isSettled }) => !isSettled);
    for (const entry of behind) this.settle(entry, { status: 'unavailable' });
    // What was written after a parked entry may still be in the lane of its thread.
    if (lane === this.busyLane) this.block(new Set(behind.map(({ chain }) => chain)));
  }

  /** Answers what has waited for its bound; returns the time until the next entry has, if there is one. */
  private answerOverdue(): number | undefined {
    const open = this.unanswered();
    const since = this.clock.now() - this.limits.answerMs;
    const overdue = open.filter(({ submittedAt }) => submittedAt <= since + TOGETHER_MS);
    const chains = new Set(overdue.map(({ chain }) => chain));
    // Of what is under way, the sender's later ones are not acknowledged before a retry of the overdue one, either.
    const given = new Set([...this.rounds].flatMap(({ flight }) => flight));
    for (const entry of given) if (chains.has(entry.chain)) entry.answer({ status: 'unavailable' });
    for (const entry of overdue) if (!given.has(entry)) this.settle(entry, { status: 'unavailable' });
    this.block(chains);
    const left = open.filter(({ isAnswered }) => !isAnswered);
    return left.length === 0
      ? undefined
      : left.reduce((first, { submittedAt }) => Math.min(first, submittedAt), Infinity) - since;
  }

  private unanswered(): AppendEntry[] {
    const batches = [...this.rounds].map(({ batch }) => batch);
    const waiting = [this.busyLane, ...this.lanes].map(({ entries }) => entries);
    // An entry that a batch has just parked is in both.
    return [...new Set([...batches, ...waiting].flat())].filter(({ isAnswered }) => !isAnswered);
  }

  private mayGo(entry: AppendEntry, round: AppendRound): boolean {
    const { threadId } = entry.row;
    if (entry.isSettled) return false;
    if (round.failedChains.has(entry.chain)) {
      this.settle(entry, { status: 'blocked' });
      return false;
    }
    // Before its time is looked at: what waits for the thread is refused in its order.
    if (round.busyThreads.has(threadId) || (round.lane !== this.busyLane && this.parked.has(threadId))) {
      this.park(entry, round);
      return false;
    }
    if (entry.submittedAt + this.limits.waitMs <= this.clock.now()) {
      this.settle(entry, { status: entry.isParked ? 'busy' : 'unavailable' });
      this.block(new Set([entry.chain]));
      return false;
    }
    return true;
  }

  /** Leaves the entry in the busy lane, or moves it there, behind the others of its thread. */
  private park(entry: AppendEntry, round: AppendRound): void {
    const { threadId } = entry.row;
    round.busyThreads.add(threadId);
    if (entry.isParked) return;
    entry.isParked = true;
    this.parked.set(threadId, (this.parked.get(threadId) ?? 0) + 1);
    this.busyLane.entries.push(entry);
    this.start(this.busyLane);
  }

  private settle(entry: AppendEntry, outcome: BatchedOutcome): void {
    for (const { isParked, row } of entry.settle(outcome)) {
      this.waiting--;
      if (!isParked) continue;
      const left = (this.parked.get(row.threadId) ?? 1) - 1;
      if (left === 0) this.parked.delete(row.threadId);
      else this.parked.set(row.threadId, left);
    }
    if (this.waiting > 0) return;
    for (const resolve of this.idle.splice(0)) resolve();
  }

  /** Refuses whatever waits behind a failed entry; every round remembers it for the rest of its batch. */
  private block(chains: ReadonlySet<string>): void {
    for (const { failedChains } of this.rounds) for (const chain of chains) failedChains.add(chain);
    for (const lane of [this.busyLane, ...this.lanes]) {
      for (const entry of lane.entries) {
        if (!entry.isSettled && chains.has(entry.chain)) this.settle(entry, { status: 'blocked' });
      }
    }
  }

  private announce(appended: readonly AppendedMessage[]): void {
    if (appended.length === 0) return;
    try {
      this.options.onAppended?.(appended);
    } catch (error) {
      // What is committed stays committed; a hint that fails is repaired by the poll.
      this.options.onFailure?.(error);
    }
  }
}
