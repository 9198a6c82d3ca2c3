import type { ServerEvent, ThreadSummary } from '@holdfast/contracts';
import type { Api } from '../rest/api.js';
import type { Cancel, Clock } from '../support/clock.js';
import { Store, type Readable } from '../support/store.js';
import type { ThreadState } from '../thread/thread-state.js';
import {
  applyFirstPage,
  applyNextPage,
  applyRead,
  applyThread,
  dropThread,
  EMPTY_INBOX,
  putThread,
  restoreThreads,
  type InboxState,
} from './inbox-state.js';

export interface InboxOptions {
  readonly clock: Clock;
  readonly api: Api;
}

/** Hints that arrive within this time cause one fetch. */
const SETTLE_MS = 250;
/** What hints lost is found at the latest after this. */
const REFRESH_MS = 60_000;
const RETRY_MS = 3_000;

/** The list of the own threads, kept fresh by hints and, each minute, without them. */
export class Inbox implements Readable<InboxState> {
  readonly #options: InboxOptions;
  readonly #state = new Store<InboxState>(EMPTY_INBOX);
  readonly getSnapshot = this.#state.getSnapshot;
  readonly subscribe = this.#state.subscribe;
  #timer: { cancel: Cancel; at: number } | null = null;
  #loading = false;
  #running = false;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** Shows what the device kept, until the first page comes. */
  restore(threads: readonly ThreadSummary[]): void {
    this.#state.update((state) => restoreThreads(state, threads));
  }

  /** Fetches now and from then on each minute. */
  start(): void {
    this.#running = true;
    this.#schedule(0);
  }

  stop(): void {
    this.#running = false;
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Fetches the next older page, if there is one. Rejects with an `AppError`. */
  async loadMore(): Promise<void> {
    const { nextCursor } = this.getSnapshot();
    if (nextCursor === null || this.#loading) return;
    this.#loading = true;
    try {
      const page = await this.#options.api.threads({ cursor: nextCursor });
      this.#state.update((state) => applyNextPage(state, page));
    } finally {
      this.#loading = false;
    }
  }

  onHint({ threads }: ServerEvent<'inbox.updated'>): void {
    for (const { threadId, reason } of threads) {
      if (reason === 'removed') this.#state.update((state) => dropThread(state, threadId));
    }
    this.#schedule(SETTLE_MS);
  }

  /** An opened thread changed. */
  onThread(thread: ThreadState): void {
    if (thread.access === 'removed' || thread.access === 'deleted') this.drop(thread.threadId);
    else this.#state.update((state) => applyThread(state, thread));
  }

  onRead(threadId: string, seq: number): void {
    this.#state.update((state) => applyRead(state, threadId, seq));
  }

  put(thread: ThreadSummary): void {
    this.#state.update((state) => putThread(state, thread));
  }

  drop(threadId: string): void {
    this.#state.update((state) => dropThread(state, threadId));
  }

  /** An earlier fetch wins over a later one. */
  #schedule(ms: number): void {
    if (!this.#running) return;
    const at = this.#options.clock.now() + ms;
    if (this.#timer !== null && this.#timer.at <= at) return;
    this.#timer?.cancel();
    this.#timer = { at, cancel: this.#options.clock.after(ms, () => void this.#refresh()) };
  }

  async #refresh(): Promise<void> {
    this.#timer = null;
    try {
      const page = await this.#options.api.threads();
      this.#state.update((state) => applyFirstPage(state, page));
      this.#schedule(REFRESH_MS);
    } catch {
      this.#state.update((state) => (state.status === 'loading' ? { ...state, status: 'failed' } : state));
      this.#schedule(RETRY_MS);
    }
  }
}
