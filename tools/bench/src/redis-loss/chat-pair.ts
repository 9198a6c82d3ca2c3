import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerEvent } from '@holdfast/contracts';
import type { Socket } from 'socket.io-client';
import { connect } from '../lib/connect.js';
import { Stretch } from './stretch.js';

const ACK_WITHIN_MS = 10_000;

/** A sender on one gateway and a reader of the same thread on another. */
export class ChatPair {
  private stretch = new Stretch();
  private readonly sentAt = new Map<string, { at: number; stretch: Stretch }>();
  private stopped = false;

  private constructor(
    private readonly threadId: string,
    private readonly sender: Socket,
    private readonly reader: Socket,
  ) {
    reader.on('events.appended', ({ events }: ServerEvent<'events.appended'>) => {
      for (const event of events) if (event.type === 'message.sent') this.arrived(event.data.clientMessageId);
    });
  }

  static async open(threadId: string, subject: string, urls: readonly [string, string]): Promise<ChatPair> {
    const sockets = await Promise.all(urls.map((url) => connect(url, subject)));
    const [sender, reader] = sockets;
    if (sender === undefined || reader === undefined) throw new Error('not connected');
    for (const socket of sockets)
      await socket.timeout(ACK_WITHIN_MS).emitWithAck('thread.open', { threadId, afterSeq: 0 });
    return new ChatPair(threadId, sender, reader);
  }

  /** Messages that were acknowledged and have not reached the reader. */
  get missing(): number {
    return this.sentAt.size;
  }

  /** Counts what is sent from now on into another stretch. */
  begin(stretch: Stretch): void {
    this.stretch = stretch;
  }

  /** Sends one message each `everyMs` until {@link stop}. */
  async run(everyMs: number): Promise<void> {
    while (!this.stopped) {
      void this.send();
      await delay(everyMs * (0.5 + Math.random()));
    }
  }

  stop(): void {
    this.stopped = true;
  }

  close(): void {
    this.sender.disconnect();
    this.reader.disconnect();
  }

  private async send(): Promise<void> {
    const { stretch, threadId } = this;
    const clientMessageId = randomUUID();
    const messages = [{ clientMessageId, body: { parts: [{ type: 'text', text: 'hello' }] } }];
    const at = performance.now();
    this.sentAt.set(clientMessageId, { at, stretch });
    const answer = (await this.sender
      .timeout(ACK_WITHIN_MS)
      .emitWithAck('message.send', { threadId, messages })
      .catch(() => undefined)) as { results?: { ok: boolean }[] } | undefined;
    if (answer?.results?.[0]?.ok === true) stretch.acks.add(performance.now() - at);
    else {
      stretch.refused += 1;
      this.sentAt.delete(clientMessageId);
    }
  }

  private arrived(clientMessageId: string | null): void {
    if (clientMessageId === null) return;
    const sent = this.sentAt.get(clientMessageId);
    if (sent === undefined) return;
    this.sentAt.delete(clientMessageId);
    sent.stretch.deliveries.add(performance.now() - sent.at);
  }
}
