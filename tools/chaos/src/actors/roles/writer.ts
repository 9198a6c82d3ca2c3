import { setTimeout as delay } from 'node:timers/promises';
import type { SendResult } from '@holdfast/contracts';
import { popularity, type ThreadPlan } from '../../plan/cast.js';
import type { Random } from '../../random/random.js';
import type { WireClient } from '../wire/wire-client.js';
import { outcomeOf, type Outcome } from '../wire/wire-socket.js';
import { messageText } from './texts.js';

/** A message of one's own that can be changed. */
interface OwnMessage {
  readonly thread: ThreadPlan;
  readonly id: string;
  revision: number;
}

type Sent = Extract<SendResult, { ok: true }>;

const RETRY_MS = [150, 900] as const;
const KEPT_MESSAGES = 20;
const CHANGE_TRIES = 6;

const ACTIONS = [
  { act: 'send', weight: 72 },
  { act: 'edit', weight: 8 },
  { act: 'delete', weight: 3 },
  { act: 'cancel', weight: 5 },
  { act: 'leave', weight: 2 },
] as const;

/** Sends, edits, deletes and cancels through one client; at most one send at a time in each thread, so that order holds. */
export class Writer {
  private readonly busy = new Set<string>();
  private readonly messages: OwnMessage[] = [];
  private readonly work = new Set<Promise<void>>();
  /** Nothing new is begun, and what is unknown is given up at the deadline. */
  private givesUp = false;

  constructor(
    private readonly client: WireClient,
    private readonly threads: readonly ThreadPlan[],
    private readonly random: Random,
  ) {}

  /** Does something, if there is something that can be done. */
  act(): void {
    const { act } = this.random.weighted(ACTIONS, ({ weight }) => weight);
    if (act === 'leave') this.client.away(this.random.between(50, 2_500));
    else if (act === 'cancel') this.cancel();
    else if (act === 'send') this.send();
    else this.change(act);
  }

  /** Resolves when everything has a definite answer, or after `timeoutMs`. */
  async finish(timeoutMs: number): Promise<void> {
    const late = setTimeout(() => {
      this.giveUp();
    }, timeoutMs);
    await Promise.all(this.work);
    clearTimeout(late);
  }

  /** What is unknown stays unknown. */
  giveUp(): void {
    this.givesUp = true;
  }

  private send(): void {
    const followed = this.client.copies.entered;
    const free = this.threads.filter(({ id }) => followed.includes(id) && !this.busy.has(id));
    if (free.length === 0) return;
    const thread = this.random.weighted(free, popularity);
    const key = this.random.uuid();
    this.busy.add(thread.id);
    this.track(
      this.sendUntilAnswered(thread, key, messageText(this.random, thread, key)).finally(() => {
        this.busy.delete(thread.id);
      }),
    );
  }

  private async sendUntilAnswered(thread: ThreadPlan, key: string, text: string): Promise<void> {
    const { operations } = this.client;
    const body = { parts: [{ type: 'text' as const, text }] };
    const request = { threadId: thread.id, messages: [{ clientMessageId: key, body }] };
    while (!this.givesUp) {
      if (this.client.isConnected) {
        const place = { node: this.client.node, thread: thread.id, key, text };
        const result = await operations.attempt<Sent>(
          'message.send',
          place,
          async () => oneOf(await this.client.command('message.send', request)),
          ({ seq, eventId: id, runId: run, duplicate }) => ({
            seq,
            id,
            duplicate,
            ...(run === undefined ? {} : { run }),
          }),
        );
        if (result.outcome === 'ok') this.sent(thread, result.reply);
        if (result.outcome !== 'info') return;
      }
      await delay(this.random.between(...RETRY_MS));
    }
  }

  private sent(thread: ThreadPlan, { eventId: id, runId }: Sent): void {
    if (runId !== undefined) this.client.copies.runs.expect(runId, thread.id);
    this.messages.push({ thread, id, revision: 0 });
    if (this.messages.length > KEPT_MESSAGES) this.messages.shift();
  }

  private change(act: 'edit' | 'delete'): void {
    const followed = this.client.copies.entered;
    const message = this.messages.length === 0 ? undefined : this.random.pick(this.messages);
    if (message === undefined || this.busy.has(message.id) || !followed.includes(message.thread.id)) return;
    this.busy.add(message.id);
    const key = this.random.uuid();
    const work = act === 'edit' ? this.edit(message, key) : this.delete(message, key);
    this.track(
      work.finally(() => {
        this.busy.delete(message.id);
      }),
    );
  }

  private async edit(message: OwnMessage, key: string): Promise<void> {
    const { thread, id: messageId, revision: ifRevision } = message;
    const text = `${messageText(this.random, { ...thread, agent: 'sage' }, key).replaceAll('@', '')} (edited)`;
    const body = { parts: [{ type: 'text' as const, text }] };
    const request = { threadId: thread.id, messageId, commandId: key, ifRevision, body };
    await this.until(() =>
      this.client.operations.attempt(
        'message.edit',
        { node: this.client.node, thread: thread.id, key, text, target: messageId },
        () => this.client.command('message.edit', request),
        ({ seq, eventId: id, duplicate, revision }) => {
          message.revision = revision;
          return { seq, id, duplicate };
        },
      ),
    );
  }

  private async delete(message: OwnMessage, key: string): Promise<void> {
    const { thread, id: messageId, revision: ifRevision } = message;
    this.messages.splice(this.messages.indexOf(message), 1);
    const request = { threadId: thread.id, messageId, commandId: key, ifRevision };
    await this.until(() =>
      this.client.operations.attempt(
        'message.delete',
        { node: this.client.node, thread: thread.id, key, target: messageId },
        () => this.client.command('message.delete', request),
        ({ seq, eventId: id, duplicate }) => ({ seq, id, duplicate }),
      ),
    );
  }

  private cancel(): void {
    const { runs } = this.client.copies;
    const ids = runs.ids();
    const run = ids.length === 0 ? undefined : this.random.pick(ids);
    const thread = run === undefined ? undefined : runs.threadOf(run);
    if (run === undefined || thread === undefined) return;
    this.track(
      this.until(() =>
        this.client.operations.attempt('run.cancel', { node: this.client.node, thread, run }, () =>
          this.client.command('run.cancel', { runId: run }),
        ),
      ),
    );
  }

  /** Tries until the answer is definite, a few times. */
  private async until(attempt: () => Promise<Outcome<unknown>>): Promise<void> {
    for (let tries = 0; tries < CHANGE_TRIES && !this.givesUp; tries++) {
      if (this.client.isConnected && (await attempt()).outcome !== 'info') return;
      await delay(this.random.between(...RETRY_MS));
    }
  }

  private track(work: Promise<void>): void {
    this.work.add(work);
    void work.finally(() => this.work.delete(work));
  }
}

/** The outcome of the one message of a send. */
function oneOf(outcome: Outcome<{ results: SendResult[] }>): Outcome<Sent> {
  if (outcome.outcome !== 'ok') return outcome;
  const [result] = outcome.reply.results;
  return result === undefined ? { outcome: 'info', code: 'no_result' } : outcomeOf<Sent>(result);
}
