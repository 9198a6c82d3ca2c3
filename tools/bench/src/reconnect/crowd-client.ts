import { setTimeout as delay } from 'node:timers/promises';
import type { CommandReply, CommandResult, EventPage, ThreadResume } from '@holdfast/contracts';
import type { CrowdServer } from './crowd-protocol.js';
import { WireClient } from './wire-client.js';

const RETRY_MS = 100;

interface Cursor {
  readonly afterSeq: number;
  /** Absent until the first answer. */
  readonly epoch?: string;
}

/** An answer that says so is not the whole; neither can stand in a text, whose quotes are escaped. */
const UNFINISHED = ['"status":"pending"', '"more":true'];

/** One client that remembers how far it is in each thread. */
export class CrowdClient {
  retries = 0;
  private wire: WireClient | undefined;
  private cursors: Map<string, Cursor>;
  private before: Map<string, Cursor>;
  /** Events since the last {@link sync}; a reset, which skips some, brings none. */
  private events = 0;
  /** Arrived, and not looked into yet. */
  private answer: Buffer | undefined;

  constructor(
    private readonly token: string,
    threadIds: readonly string[],
  ) {
    this.cursors = new Map(threadIds.map((threadId) => [threadId, { afterSeq: 0 }]));
    this.before = this.cursors;
  }

  /** Resolves once the server has greeted it; a refused connection is tried again. */
  async connect(server: CrowdServer): Promise<void> {
    for (;;) {
      this.wire = await WireClient.connect(server, this.token);
      if (this.wire !== undefined) return;
      this.retries += 1;
      await delay(RETRY_MS);
    }
  }

  /**
   * Resolves once it holds all that it missed. What arrived whole, which is the rule, is looked into by {@link settle}:
   * reading it is the work of the client's own machine.
   */
  async sync(): Promise<void> {
    this.before = new Map(this.cursors);
    this.events = 0;
    const answer = await this.ask('session.resume', { threads: this.threads(this.cursors.keys()), runs: [] });
    this.answer = answer;
    if (UNFINISHED.some((mark) => answer.includes(mark))) await this.finish();
  }

  /** Checks what arrived; the number of events. @throws Error if one is missing, doubled or out of order. */
  settle(): number {
    if (this.answer !== undefined) this.takeAll((parse(this.answer) as CommandReply<'session.resume'>).threads);
    this.answer = undefined;
    return this.events;
  }

  /** Forgets the last {@link sync}. */
  rewind(): void {
    this.cursors = new Map(this.before);
  }

  async disconnect(): Promise<void> {
    await this.wire?.disconnect();
  }

  /** Resolves once the connection is gone. */
  async disconnected(): Promise<void> {
    await this.wire?.disconnected();
  }

  private async finish(): Promise<void> {
    let { answer } = this;
    this.answer = undefined;
    while (answer !== undefined) {
      const { threads } = parse(answer) as CommandReply<'session.resume'>;
      const pending = threads.filter(({ status }) => status === 'pending').map(({ threadId }) => threadId);
      const rest = this.takeAll(threads);
      for (const threadId of rest) await this.pull(threadId);
      if (pending.length === 0) return;
      await delay(RETRY_MS);
      answer = await this.ask('session.resume', { threads: this.threads(pending), runs: [] });
    }
  }

  private async pull(threadId: string): Promise<void> {
    for (let more = true; more;) {
      const request = { threadId, afterSeq: this.cursor(threadId).afterSeq, limit: 200 };
      const page = parse(await this.ask('events.pull', request)) as EventPage;
      this.advance(page);
      more = page.more;
    }
  }

  /** The threads that there is more of. */
  private takeAll(threads: readonly ThreadResume[]): string[] {
    const unfinished: string[] = [];
    for (const thread of threads) {
      if (thread.status === 'denied') throw new Error('a thread is denied');
      if (thread.status === 'pending') continue;
      if (thread.status === 'reset') {
        const { threadId, epoch, head: afterSeq } = thread;
        this.cursors.set(threadId, { epoch, afterSeq });
        continue;
      }
      this.advance(thread);
      if (thread.more) unfinished.push(thread.threadId);
    }
    return unfinished;
  }

  private advance({ threadId, epoch, events }: Pick<EventPage, 'threadId' | 'epoch' | 'events'>): void {
    let { afterSeq } = this.cursor(threadId);
    for (const { seq } of events) {
      if (seq !== afterSeq + 1) throw new Error(`after ${String(afterSeq)} comes ${String(seq)}`);
      afterSeq = seq;
    }
    this.events += events.length;
    this.cursors.set(threadId, { epoch, afterSeq });
  }

  private threads(threadIds: Iterable<string>): object[] {
    return [...threadIds].map((threadId) => ({ threadId, ...this.cursor(threadId) }));
  }

  private cursor(threadId: string): Cursor {
    const cursor = this.cursors.get(threadId);
    if (cursor === undefined) throw new Error('an answer about another thread');
    return cursor;
  }

  private async ask(command: string, request: object): Promise<Buffer> {
    for (;;) {
      if (this.wire === undefined) throw new Error('not connected');
      const answer = await this.wire.ask(command, request);
      if (!answer.includes('"ok":false')) return answer;
      const [refused] = JSON.parse(answer.toString()) as [CommandResult<'session.resume'>];
      if (refused.ok) return answer;
      if (!refused.error.retryable) throw new Error(`${command}: ${refused.error.code}`);
      this.retries += 1;
      await delay(refused.error.retryAfterMs ?? RETRY_MS);
    }
  }
}

function parse(answer: Buffer): unknown {
  const [reply] = JSON.parse(answer.toString()) as [unknown];
  return reply;
}
