/** What the log means to a reader: messages with their latest words, notices, and how runs ended. Pure. */
import type { LogEventOf, RunOutcome, WireError } from '@holdfast/contracts';
import type { ViewPart } from '../wire/parts.js';
import type { ClientEvent } from '../wire/schemas.js';

interface ItemBase {
  /** Stable across streaming, sending and reloading: the run's id, the client's message id, or the event's. */
  readonly key: string;
  readonly seq: number;
  readonly senderId: string | null;
  /** ISO 8601. */
  readonly at: string;
}

export interface MessageItem extends ItemBase {
  readonly kind: 'message';
  readonly id: string;
  /** Null once deleted. */
  readonly parts: readonly ViewPart[] | null;
  /** 0 = as sent. */
  readonly revision: number;
  readonly clientMessageId: string | null;
  readonly runId: string | null;
  /** How its run ended, for an agent's message. */
  readonly outcome: RunOutcome | null;
  readonly error: WireError | null;
}

/** A run that ended without a word. */
export interface RunEndItem extends ItemBase {
  readonly kind: 'run';
  readonly runId: string;
  readonly outcome: RunOutcome;
  readonly error: WireError | null;
}

type NoticeType = 'member.added' | 'member.removed' | 'thread.renamed' | 'thread.archived';

export interface NoticeItem extends ItemBase {
  readonly kind: 'notice';
  readonly notice: { [T in NoticeType]: { type: T; data: LogEventOf<T>['data'] } }[NoticeType];
}

/** An event that needs a newer client. */
export interface UnsupportedItem extends ItemBase {
  readonly kind: 'unsupported';
  readonly type: string;
}

export type TimelineItem = MessageItem | RunEndItem | NoticeItem | UnsupportedItem;

export interface Timeline {
  readonly items: readonly TimelineItem[];
  /** Runs whose end the log holds. */
  readonly endedRuns: ReadonlySet<string>;
  /** Client message ids that the log holds, with their sender: the echoes of an outbox. */
  readonly echoes: ReadonlySet<string>;
}

export const EMPTY_TIMELINE: Timeline = { items: [], endedRuns: new Set(), echoes: new Set() };

/** The key under which {@link Timeline.echoes} holds a message. */
export function echoKey(senderId: string | null, clientMessageId: string): string {
  return `${senderId ?? ''}:${clientMessageId}`;
}

/** Folds more events, in log order, into a timeline. */
export function foldTimeline(timeline: Timeline, events: readonly ClientEvent[]): Timeline {
  if (events.length === 0) return timeline;
  const fold = new Fold(timeline);
  for (const event of events) fold.apply(event);
  return fold.done();
}

class Fold {
  readonly #items: TimelineItem[];
  readonly #ended: Set<string>;
  readonly #echoes: Set<string>;

  constructor(timeline: Timeline) {
    this.#items = [...timeline.items];
    this.#ended = new Set(timeline.endedRuns);
    this.#echoes = new Set(timeline.echoes);
  }

  apply(event: ClientEvent): void {
    const { seq, senderId, at } = event;
    const base = { key: event.id, seq, senderId, at };
    switch (event.type) {
      case 'message.sent':
        this.#items.push(this.#message(event));
        break;
      case 'message.edited': {
        const { messageId, revision, body } = event.data;
        this.#change(messageId, (item) =>
          item.parts === null || revision < item.revision ? item : { ...item, revision, parts: body?.parts ?? null },
        );
        break;
      }
      case 'message.deleted':
        this.#change(event.data.messageId, (item) => ({ ...item, parts: null }));
        break;
      case 'run.ended':
        this.#end(event);
        break;
      case 'run.started':
        break;
      case 'unknown':
        this.#items.push({ ...base, kind: 'unsupported', type: event.original });
        break;
      case 'member.added':
        this.#items.push({ ...base, kind: 'notice', notice: { type: event.type, data: event.data } });
        break;
      case 'member.removed':
        this.#items.push({ ...base, kind: 'notice', notice: { type: event.type, data: event.data } });
        break;
      case 'thread.renamed':
        this.#items.push({ ...base, kind: 'notice', notice: { type: event.type, data: event.data } });
        break;
      case 'thread.archived':
        this.#items.push({ ...base, kind: 'notice', notice: { type: event.type, data: event.data } });
        break;
    }
  }

  done(): Timeline {
    return { items: this.#items, endedRuns: this.#ended, echoes: this.#echoes };
  }

  #message(event: LogEventOf<'message.sent'>): MessageItem {
    const { clientMessageId, body, runId, outcome } = event.data;
    if (clientMessageId !== null) this.#echoes.add(echoKey(event.senderId, clientMessageId));
    return {
      kind: 'message',
      key: runId ?? clientMessageId ?? event.id,
      seq: event.seq,
      id: event.id,
      senderId: event.senderId,
      at: event.at,
      parts: body?.parts ?? null,
      revision: 0,
      clientMessageId,
      runId: runId ?? null,
      outcome: outcome ?? null,
      error: null,
    };
  }

  #end(event: LogEventOf<'run.ended'>): void {
    const { runId, agentId, outcome, messageId, error } = event.data;
    this.#ended.add(runId);
    if (messageId !== null) this.#change(messageId, (item) => ({ ...item, outcome, error }));
    else if (outcome !== 'completed') {
      this.#items.push({
        kind: 'run',
        key: runId,
        seq: event.seq,
        senderId: agentId,
        at: event.at,
        runId,
        outcome,
        error,
      });
    }
  }

  /** Messages are mostly changed soon after they were sent: search from the end. */
  #change(messageId: string, change: (item: MessageItem) => MessageItem): void {
    const index = this.#items.findLastIndex((item) => item.kind === 'message' && item.id === messageId);
    const item = this.#items[index];
    if (item?.kind === 'message') this.#items[index] = change(item);
  }
}
