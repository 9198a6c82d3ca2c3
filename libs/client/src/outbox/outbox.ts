import { AppError, isStorableText, type SendBody, type SendResult, type SessionLimits } from '@holdfast/contracts';
import { backoffDelay, RESEND_BACKOFF } from '../support/backoff.js';
import type { Cancel, Clock } from '../support/clock.js';
import { toAppError } from '../support/errors.js';
import { newId } from '../support/new-id.js';
import { Store, type Readable } from '../support/store.js';
import type { SendCommand } from '../thread/command-port.js';
import type { OutboxItem } from './outbox-item.js';
import {
  applyResult,
  bodyBytes,
  dueThreads,
  markExpired,
  markFailed,
  markSending,
  nextTrip,
  placed,
  reconcile,
  requeue,
  type LogFacts,
  type OutboxItems,
} from './outbox-queue.js';
import type { OutboxChange, OutboxStorage } from './outbox-storage.port.js';

export interface OutboxOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly storage: OutboxStorage;
  /** True if this page sends for all pages of the same person; the others only write to the storage. */
  readonly leads: Readable<boolean>;
  readonly command: SendCommand;
  readonly serving: () => boolean;
  readonly limits: () => SessionLimits | null;
  /** A message was acknowledged, before its echo arrives. */
  readonly onSent: (threadId: string, result: SendResult & { ok: true }) => void;
  /** True if the thread's log is followed: then a sent item stays until its echo, so that it never blinks. */
  readonly awaitsEcho: (threadId: string) => boolean;
}

const ACK_TIMEOUT_MS = 8_000;
/** A message that a server lost is not sent again at once: the log may still be catching up. */
const LOST_PAUSE_MS = 1_000;
/** No message waits longer than this for its next try. */
const MAX_PAUSE_MS = 300_000;
/** Older messages are not sent without asking: the conversation has moved on. */
const LIFETIME_MS = 24 * 60 * 60 * 1_000;
const DEFAULT_TRIP = { messages: 50, bytes: 256 * 1_024 };

/** Most messages that may wait. */
const MAX_ITEMS = 1_000;

/**
 * Messages on their way, in order: one unacknowledged `message.send` per thread, repeated with the same ids until the
 * server answers, so that each is in the log once. Of several pages one sends; what is written in any of them is shown in
 * all. Between two pages the last word counts: words taken back in one at the moment another sends them are sent.
 */
export class Outbox implements Readable<OutboxItems> {
  readonly #o: OutboxOptions;
  readonly #items = new Store<OutboxItems>([]);
  readonly getSnapshot = this.#items.getSnapshot;
  readonly subscribe = this.#items.subscribe;
  readonly #durable: Store<boolean>;
  /** False once the storage failed: what is written then lives as long as the page. */
  readonly durable: Readable<boolean>;
  #timer: Cancel = () => undefined;
  #stored = new Map<string, OutboxItem>();
  /** Under way from this page. */
  readonly #underWay = new Set<string>();
  #lastCreatedAt = 0;
  #unwatch: readonly (() => void)[] = [];

  constructor(options: OutboxOptions) {
    this.#o = options;
    this.#durable = new Store(options.storage.isDurable);
    this.durable = this.#durable;
  }

  /** Shows what earlier and other pages left, and sends it when it is this page's turn. */
  start(): void {
    this.stop();
    this.#unwatch = [
      this.#o.storage.watch((change) => {
        this.#onChange(change);
      }),
      this.#o.leads.subscribe(() => {
        if (this.#o.leads.getSnapshot()) void this.#restore();
      }),
    ];
    void this.#restore();
  }

  /**
   * Queues a message and returns its id. Whether it fits the limits is decided at once, and told by its state.
   *
   * @throws AppError `limit_exceeded` if too many wait already.
   */
  add(threadId: string, body: SendBody): string {
    if (this.getSnapshot().length >= MAX_ITEMS) {
      throw new AppError('limit_exceeded', `${String(MAX_ITEMS)} messages wait to be sent already`);
    }
    const now = this.#o.clock.now();
    this.#lastCreatedAt = Math.max(now, this.#lastCreatedAt + 1);
    const item: OutboxItem = {
      clientMessageId: newId(now),
      threadId,
      body,
      createdAt: this.#lastCreatedAt,
      expiresAt: now + LIFETIME_MS,
      attempts: 0,
      nextAt: 0,
      state: { status: 'queued' },
    };
    const fault = this.#refusal(body);
    const items = [...this.getSnapshot(), item];
    this.#set(fault === null ? items : markFailed(items, new Set([item.clientMessageId]), fault));
    this.flush();
    return item.clientMessageId;
  }

  /** Sends a failed, expired or waiting message now. */
  retry(clientMessageId: string): void {
    const ids = this.#waiting(clientMessageId);
    const expiresAt = this.#o.clock.now() + LIFETIME_MS;
    const renewed = this.getSnapshot().map((item) => (ids.has(item.clientMessageId) ? { ...item, expiresAt } : item));
    this.#set(requeue(renewed, ids, 0));
    this.flush();
  }

  /** Replaces the words of a message that is not under way. It gets a new id: the old one may have been taken. */
  edit(clientMessageId: string, body: SendBody): void {
    const ids = this.#waiting(clientMessageId);
    const expiresAt = this.#o.clock.now() + LIFETIME_MS;
    const fresh = { body, expiresAt, attempts: 0, nextAt: 0, state: { status: 'queued' as const } };
    this.#set(
      this.getSnapshot().map((item) =>
        ids.has(item.clientMessageId) ? { ...item, ...fresh, clientMessageId: newId() } : item,
      ),
    );
    this.flush();
  }

  /** Takes a message back that is not under way. Returns its words, or null if it was too late. */
  remove(clientMessageId: string): SendBody | null {
    const ids = this.#waiting(clientMessageId);
    const item = this.getSnapshot().find((candidate) => ids.has(candidate.clientMessageId));
    this.#set(this.getSnapshot().filter((candidate) => candidate !== item));
    return item?.body ?? null;
  }

  /** The log of a thread moved: what it holds is no longer on its way, and what it lost goes again. */
  reconcile(facts: LogFacts): void {
    const before = this.getSnapshot();
    const after = reconcile(before, facts, this.#o.clock.now() + LOST_PAUSE_MS);
    if (after === before) return;
    this.#set(after);
    this.flush();
  }

  /** Sends what may be sent now; the rest when its time comes. Called by itself and when the connection is live. */
  flush(): void {
    this.#timer();
    if (!this.#o.serving() || !this.#sends) return;
    const now = this.#o.clock.now();
    this.#set(markExpired(this.getSnapshot(), now));
    let next = Number.POSITIVE_INFINITY;
    for (const [threadId, at] of dueThreads(this.getSnapshot())) {
      // A clock that was set back must not hold a message for as long.
      if (at <= now || at - now > MAX_PAUSE_MS) void this.#send(threadId);
      else next = Math.min(next, at);
    }
    if (next < Number.POSITIVE_INFINITY) {
      this.#timer = this.#o.clock.after(next - now, () => {
        this.flush();
      });
    }
  }

  stop(): void {
    this.#timer();
    for (const unwatch of this.#unwatch) unwatch();
    this.#unwatch = [];
  }

  /** Where no other page can read what waits here, this page sends it. */
  get #sends(): boolean {
    return this.#o.leads.getSnapshot() || !this.#durable.getSnapshot();
  }

  /** What is stored and not known here is added; what a page that is gone had under way is asked about again. */
  async #restore(): Promise<void> {
    try {
      const kept = await this.#o.storage.load();
      for (const item of kept) this.#stored.set(item.clientMessageId, item);
      const known = new Set(this.getSnapshot().map(({ clientMessageId }) => clientMessageId));
      const items = kept
        .filter(({ clientMessageId }) => !known.has(clientMessageId))
        .reduce<OutboxItems>((all, item) => placed(all, item), this.getSnapshot());
      const isOrphan = ({ clientMessageId, state }: OutboxItem): boolean =>
        state.status === 'sending' && !this.#underWay.has(clientMessageId);
      const orphans = new Set(items.filter(isOrphan).map(({ clientMessageId }) => clientMessageId));
      this.#set(this.#sends ? requeue(items, orphans, 0) : items);
    } catch {
      this.#durable.set(false);
    }
    this.flush();
  }

  /** Another page wrote. What is under way from here is decided by its answer, not by another page. */
  #onChange(change: OutboxChange): void {
    const id = change.kind === 'put' ? change.item.clientMessageId : change.clientMessageId;
    if (this.#underWay.has(id)) return;
    if (change.kind === 'put') {
      this.#stored.set(id, change.item);
      this.#set(placed(this.getSnapshot(), change.item));
    } else {
      this.#stored.delete(id);
      this.#set(this.getSnapshot().filter(({ clientMessageId }) => clientMessageId !== id));
    }
    this.flush();
  }

  async #send(threadId: string): Promise<void> {
    const limits = this.#o.limits();
    const trip = nextTrip(
      this.getSnapshot(),
      threadId,
      limits === null ? DEFAULT_TRIP : { messages: limits.messagesPerSend, bytes: limits.sendBytes },
    );
    const ids = new Set(trip.map(({ clientMessageId }) => clientMessageId));
    for (const id of ids) this.#underWay.add(id);
    this.#set(markSending(this.getSnapshot(), ids));
    const messages = trip.map(({ clientMessageId, body }) => ({ clientMessageId, body }));
    try {
      const { results } = await this.#o.command('message.send', { threadId, messages }, ACK_TIMEOUT_MS);
      for (const id of ids) this.#underWay.delete(id);
      this.#take(threadId, trip, results);
    } catch (fault) {
      for (const id of ids) this.#underWay.delete(id);
      const error = toAppError(fault);
      this.#set(
        error.retryable
          ? requeue(this.getSnapshot(), ids, this.#retryAt(trip, error.retryAfterMs))
          : markFailed(this.getSnapshot(), ids, error),
      );
    }
    this.flush();
  }

  #take(threadId: string, trip: OutboxItems, results: readonly SendResult[]): void {
    let items = this.getSnapshot();
    for (const result of results) {
      const hint = result.ok ? undefined : result.error.retryAfterMs;
      items = applyResult(items, result, this.#retryAt(trip, hint));
    }
    // A message that the answer leaves out is asked about again, under the same id.
    const ids = new Set(trip.map(({ clientMessageId }) => clientMessageId));
    const open = items.filter((item) => ids.has(item.clientMessageId) && item.state.status === 'sending');
    items = requeue(items, new Set(open.map(({ clientMessageId }) => clientMessageId)), this.#retryAt(trip, undefined));
    this.#set(
      this.#o.awaitsEcho(threadId)
        ? items
        : items.filter((item) => !ids.has(item.clientMessageId) || item.state.status !== 'sent'),
    );
    // Told last: it may settle items, which must not be undone.
    for (const result of results) if (result.ok) this.#o.onSent(threadId, result);
  }

  /** After a lost connection the wait is for the connection, not for a timer. */
  #retryAt(trip: OutboxItems, hintMs: number | undefined): number {
    const now = this.#o.clock.now();
    if (!this.#o.serving()) return now;
    const attempts = Math.max(1, ...trip.map((item) => item.attempts + 1));
    return now + Math.min(MAX_PAUSE_MS, Math.max(hintMs ?? 0, backoffDelay(RESEND_BACKOFF, attempts, this.#o.random)));
  }

  #refusal(body: SendBody): AppError | null {
    if (!body.parts.every(({ text }) => isStorableText(text))) {
      return new AppError('invalid', 'It contains characters that cannot be stored');
    }
    const limit = this.#o.limits()?.bodyBytes;
    const bytes = bodyBytes(body);
    if (limit === undefined || bytes <= limit) return null;
    return new AppError('too_large', `The message is too long (${kib(bytes)} of ${kib(limit)} KiB)`);
  }

  #waiting(clientMessageId: string): Set<string> {
    const item = this.getSnapshot().find((candidate) => candidate.clientMessageId === clientMessageId);
    const waits = item !== undefined && ['queued', 'failed', 'expired'].includes(item.state.status);
    return new Set(waits ? [clientMessageId] : []);
  }

  /** Publishes the items and stores what changed. Storage that fails costs durability, never the message. */
  #set(items: OutboxItems): void {
    this.#items.set(items);
    const before = this.#stored;
    this.#stored = new Map(items.map((item) => [item.clientMessageId, item]));
    const failed = (): void => {
      if (!this.#durable.getSnapshot()) return;
      this.#durable.set(false);
      this.flush();
    };
    for (const item of items) {
      if (before.get(item.clientMessageId) !== item) this.#o.storage.put(item).catch(failed);
    }
    for (const id of before.keys()) if (!this.#stored.has(id)) this.#o.storage.remove(id).catch(failed);
  }
}

function kib(bytes: number): string {
  return String(Math.ceil(bytes / 102.4) / 10);
}
