import type { RunCursor, ThreadCursor } from '@holdfast/contracts';
import { isRunBehind } from '../run/run-stream.js';
import type { Cancel, Clock } from '../support/clock.js';
import { toAppError } from '../support/errors.js';
import { Store, type Readable } from '../support/store.js';
import type { ClientEvent, RunAnswer, ThreadAnswer } from '../wire/schemas.js';
import type { SendCommand } from './command-port.js';
import { isLogBehind } from './thread-log.js';
import type { CachedThread } from '../cache/thread-cache.port.js';
import {
  applyAnswer,
  applyCached,
  applyEvents,
  applyHead,
  applyHistory,
  applyPage,
  applyQueued,
  applyRunAnswer,
  applyRunEvent,
  applyTyping,
  forgetRun,
  newThread,
  type RunEvent,
  type ThreadState,
} from './thread-state.js';

export interface ThreadSessionOptions {
  readonly clock: Clock;
  readonly command: SendCommand;
  /** Whether commands can be sent now. Without a connection nothing is tried: the resume that follows fills all gaps. */
  readonly serving: () => boolean;
}

/** How long an event beyond a gap waits for the missing ones before they are pulled. */
const GAP_HOLD_MS = 200;
const RETRY_MS = 1_000;
const PAGE = 200;
const HISTORY_PAGE = 200;
/** How long the text of an ended run waits for its message in the log. */
const ENDED_RUN_MS = 5_000;

/** One thread kept up to date: merges what arrives and fetches what is missing. */
export class ThreadSession implements Readable<ThreadState> {
  readonly #options: ThreadSessionOptions;
  readonly #state: Store<ThreadState>;
  readonly getSnapshot: () => ThreadState;
  readonly subscribe: Readable<ThreadState>['subscribe'];
  /** Opens, resumes and pulls under way: no gap is pulled meanwhile, since their answers may fill it. */
  #fetching = 0;
  #gapTimer: Cancel | null = null;
  readonly #runTimers = new Map<string, Cancel>();
  readonly #typingTimers = new Map<string, Cancel>();
  #stopped = false;

  constructor(
    readonly threadId: string,
    options: ThreadSessionOptions,
  ) {
    this.#options = options;
    this.#state = new Store(newThread(threadId));
    this.getSnapshot = this.#state.getSnapshot;
    this.subscribe = this.#state.subscribe;
  }

  restore(cached: CachedThread): void {
    this.#change((state) => applyCached(state, cached));
  }

  /** Where this client stands in the log. */
  cursor(): ThreadCursor {
    const { epoch, last } = this.getSnapshot().log;
    return epoch === null
      ? { threadId: this.threadId, afterSeq: 0 }
      : { threadId: this.threadId, afterSeq: last, epoch };
  }

  /** Where this client stands in each live run. */
  runCursors(): RunCursor[] {
    return [...this.getSnapshot().runs.values()]
      .filter(({ status }) => status !== 'ended')
      .map(({ runId, attempt, length }) => ({ runId, attempt, off: length }));
  }

  /**
   * Tells that an open or resume with {@link ThreadSession.cursor} is on its way. Returns what to call with its answer,
   * or with null if it failed.
   */
  ask(): (answer: ThreadAnswer | null) => void {
    const asked = new Set(this.getSnapshot().runs.keys());
    this.#fetching += 1;
    return (answer) => {
      this.#fetching -= 1;
      if (answer?.status === 'pending') this.#openAfter(answer.retryAfterMs);
      this.#change((state) => (answer === null ? state : applyAnswer(state, answer, asked)));
    };
  }

  /** Joins the thread and catches up. Without a connection it does nothing: a resume follows. */
  async open(): Promise<void> {
    this.#stopped = false;
    const done = this.ask();
    try {
      done((await this.#options.command('thread.open', this.cursor())).thread);
    } catch (fault) {
      done(null);
      const error = toAppError(fault);
      if (error.code === 'not_found' || error.code === 'forbidden') this.close('denied');
      else if (this.#options.serving()) this.#openAfter(error.retryAfterMs ?? RETRY_MS);
    }
  }

  /** Ends all timers; what is held stays for reading. */
  stop(): void {
    this.#stopped = true;
    this.#gapTimer?.();
    this.#gapTimer = null;
    for (const cancel of [...this.#runTimers.values(), ...this.#typingTimers.values()]) cancel();
    this.#runTimers.clear();
    this.#typingTimers.clear();
  }

  /** The person may no longer see it: nothing of it stays. */
  close(access: 'denied' | 'removed' | 'deleted'): void {
    this.stop();
    this.#state.set({ ...newThread(this.threadId), access });
  }

  /** Fetches the page before the oldest held event. Resolves to false if it failed; the caller may ask again. */
  async loadOlder(): Promise<boolean> {
    const { log, loadingOlder } = this.getSnapshot();
    if (loadingOlder || log.epoch === null || log.base === 0) return true;
    this.#state.update((state) => ({ ...state, loadingOlder: true }));
    try {
      const request = { threadId: this.threadId, beforeSeq: log.base + 1, limit: HISTORY_PAGE };
      const page = await this.#options.command('thread.history', request);
      if (page.epoch !== this.getSnapshot().log.epoch) void this.open();
      else this.#change((state) => applyHistory(state, page));
      return true;
    } catch {
      return false;
    } finally {
      this.#state.update((state) => ({ ...state, loadingOlder: false }));
    }
  }

  onEvents(epoch: string, events: readonly ClientEvent[]): void {
    if (this.#isForeign(epoch)) return;
    this.#change((state) => applyEvents(state, events));
  }

  onHead(epoch: string, head: number): void {
    if (this.#isForeign(epoch)) return;
    this.#change((state) => applyHead(state, head));
  }

  onRunEvent(event: RunEvent): void {
    this.#change((state) => applyRunEvent(state, event));
  }

  onRunAnswer(answer: RunAnswer): void {
    this.#change((state) => applyRunAnswer(state, answer));
  }

  /** A message was acknowledged: its seq exists, and a run may wait to answer it. */
  onAcknowledged(seq: number, runId: string | undefined): void {
    this.#change((state) => applyHead(runId === undefined ? state : applyQueued(state, runId), seq));
  }

  onTyping(userId: string, forMs: number | null): void {
    this.#typingTimers.get(userId)?.();
    this.#typingTimers.delete(userId);
    const { clock } = this.#options;
    if (forMs !== null) {
      const end = (): void => {
        this.onTyping(userId, null);
      };
      this.#typingTimers.set(userId, clock.after(forMs, end));
    }
    this.#change((state) => applyTyping(state, userId, forMs === null ? null : clock.now() + forMs));
  }

  /** Another epoch is another history: everything is fetched anew, once. */
  #isForeign(epoch: string): boolean {
    const held = this.getSnapshot().log.epoch;
    if (held === null || held === epoch) return false;
    if (this.#fetching === 0) void this.open();
    return true;
  }

  #change(change: (state: ThreadState) => ThreadState): void {
    this.#state.update(change);
    if (this.#stopped) return;
    this.#watchGap();
    for (const run of this.getSnapshot().runs.values()) {
      if (run.status === 'ended') this.#later(run.runId, ENDED_RUN_MS, () => this.#giveUp(run.runId));
      else if (isRunBehind(run)) this.#later(run.runId, GAP_HOLD_MS, () => this.#follow(run.runId));
    }
  }

  #watchGap(): void {
    const behind = isLogBehind(this.getSnapshot().log);
    if (!behind || this.#fetching > 0) {
      this.#gapTimer?.();
      this.#gapTimer = null;
      return;
    }
    this.#gapTimer ??= this.#options.clock.after(GAP_HOLD_MS, () => void this.#pull());
  }

  async #pull(): Promise<void> {
    this.#gapTimer = null;
    const { log, access } = this.getSnapshot();
    if (!isLogBehind(log) || this.#fetching > 0 || access !== 'open') return;
    this.#fetching += 1;
    let pause = 0;
    try {
      const request = { threadId: this.threadId, afterSeq: log.last, limit: PAGE };
      const page = await this.#options.command('events.pull', request);
      this.#fetching -= 1;
      if (this.#isForeign(page.epoch)) return;
      // A head that the server does not know of is of a history that it no longer has.
      if (page.events.length === 0 && page.head < log.head) await this.open();
      else this.#change((state) => applyPage(state, page));
    } catch (fault) {
      this.#fetching -= 1;
      if (!this.#options.serving()) return;
      pause = toAppError(fault).retryAfterMs ?? RETRY_MS;
    }
    if (pause > 0 && !this.#stopped) this.#gapTimer ??= this.#options.clock.after(pause, () => void this.#pull());
  }

  #openAfter(ms: number): void {
    this.#options.clock.after(ms, () => {
      if (!this.#stopped) void this.open();
    });
  }

  #later(runId: string, ms: number, act: () => unknown): void {
    if (this.#runTimers.has(runId)) return;
    const cancel = this.#options.clock.after(ms, () => {
      this.#runTimers.delete(runId);
      act();
    });
    this.#runTimers.set(runId, cancel);
  }

  async #follow(runId: string): Promise<void> {
    const run = this.getSnapshot().runs.get(runId);
    if (run === undefined || !isRunBehind(run)) return;
    try {
      const { run: answer } = await this.#options.command('run.follow', {
        runId,
        attempt: run.attempt,
        off: run.length,
      });
      if (answer.status === 'pending') this.#later(runId, answer.retryAfterMs, () => this.#follow(runId));
      this.onRunAnswer(answer);
    } catch (fault) {
      if (!this.#options.serving()) return;
      this.#later(runId, toAppError(fault).retryAfterMs ?? RETRY_MS, () => this.#follow(runId));
    }
  }

  /** The log should hold the run's end by now: look once more, then let the text go. */
  async #giveUp(runId: string): Promise<void> {
    if (!this.getSnapshot().runs.has(runId)) return;
    await this.open();
    this.#state.update((state) => (state.runs.get(runId)?.status === 'ended' ? forgetRun(state, runId) : state));
  }
}
