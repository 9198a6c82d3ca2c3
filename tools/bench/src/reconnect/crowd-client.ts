import { setTimeout as delay } from 'node:timers/promises';
import { CHAT_NAMESPACE, type CommandReply, type EventPage, type ThreadResume } from '@holdfast/contracts';
import { io, type Socket } from 'socket.io-client';

const WITHIN_MS = 30_000;
const RETRY_MS = 100;

interface Answer {
  readonly ok: boolean;
  readonly error?: { readonly retryable: boolean; readonly retryAfterMs?: number };
}

interface Cursor {
  afterSeq: number;
  /** Absent until the first answer. */
  epoch?: string;
}

/** One client that remembers how far it is in each thread. */
export class CrowdClient {
  events = 0;
  retries = 0;
  private socket: Socket | undefined;
  private readonly cursors: Map<string, Cursor>;
  private lost: Promise<void> = Promise.resolve();

  constructor(
    private readonly token: string,
    threadIds: readonly string[],
  ) {
    this.cursors = new Map(threadIds.map((threadId) => [threadId, { afterSeq: 0 }]));
  }

  /** Resolves with `session.ready`; a refused connection is tried again. */
  async connect(url: string): Promise<void> {
    for (;;) {
      const socket = io(`${url}${CHAT_NAMESPACE}`, {
        transports: ['websocket'],
        forceNew: true,
        reconnection: false,
        auth: { token: this.token },
      });
      this.socket = socket;
      const isReady = await new Promise<boolean>((resolve) => {
        socket.once('session.ready', () => {
          resolve(true);
        });
        socket.once('connect_error', () => {
          resolve(false);
        });
      });
      if (isReady) {
        this.lost = new Promise((resolve) => {
          socket.once('disconnect', () => {
            resolve();
          });
        });
        return;
      }
      socket.disconnect();
      this.retries += 1;
      await delay(RETRY_MS);
    }
  }

  /** Catches up with every thread; resolves once nothing is missing. */
  async sync(): Promise<void> {
    let pending = [...this.cursors.keys()];
    while (pending.length > 0) {
      const threads = pending.map((threadId) => ({ threadId, ...this.cursor(threadId) }));
      const reply = await this.ask<CommandReply<'session.resume'>>('session.resume', { threads, runs: [] });
      pending = [];
      for (const thread of reply.threads) {
        if (thread.status === 'pending') pending.push(thread.threadId);
        else await this.take(thread);
      }
      if (pending.length > 0) await delay(RETRY_MS);
    }
  }

  disconnect(): void {
    this.socket?.disconnect();
  }

  /** Resolves once the connection is gone. */
  disconnected(): Promise<void> {
    return this.lost;
  }

  private async take(thread: ThreadResume): Promise<void> {
    if (thread.status === 'denied' || thread.status === 'pending') throw new Error(`a thread is ${thread.status}`);
    const cursor = this.cursor(thread.threadId);
    cursor.epoch = thread.epoch;
    this.events += thread.events.length;
    cursor.afterSeq = thread.status === 'reset' ? thread.head : (thread.events.at(-1)?.seq ?? cursor.afterSeq);
    while (cursor.afterSeq < thread.head) {
      const { threadId } = thread;
      const page = await this.ask<EventPage>('events.pull', { threadId, afterSeq: cursor.afterSeq, limit: 200 });
      this.events += page.events.length;
      cursor.afterSeq = page.events.at(-1)?.seq ?? page.head;
    }
  }

  private cursor(threadId: string): Cursor {
    const cursor = this.cursors.get(threadId);
    if (cursor === undefined) throw new Error('an answer about another thread');
    return cursor;
  }

  private async ask<R>(command: string, request: object): Promise<R> {
    if (this.socket === undefined) throw new Error('not connected');
    for (;;) {
      const answer = (await this.socket.timeout(WITHIN_MS).emitWithAck(command, request)) as Answer;
      if (answer.ok) return answer as R;
      if (answer.error?.retryable !== true) throw new Error(`${command}: ${JSON.stringify(answer)}`);
      this.retries += 1;
      await delay(answer.error.retryAfterMs ?? RETRY_MS);
    }
  }
}
