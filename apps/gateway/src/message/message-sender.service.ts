import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  type CommandReply,
  type CommandRequest,
  type MessageBody,
  type SendResult,
} from '@holdfast/contracts';
import { AppendBatcher, type BatchedOutcome, type Principal } from '@holdfast/conversation';
import { Shutdown } from '@holdfast/shutdown';
import { GATEWAY_SELF, type GatewaySelf } from '../gateway-self.js';
import { assertBodySize } from './body-limit.js';
import { MessageRate } from './message-rate.service.js';
import { sendError } from './send-errors.js';

/** Time to answer what is on its way to Postgres when the gateway ends, in ms. */
const DRAIN_TIMEOUT_MS = 2_000;

/** Sends messages for one user, within the limits. */
@Injectable()
export class MessageSender {
  constructor(
    private readonly batcher: AppendBatcher,
    private readonly rate: MessageRate,
    @Inject(GATEWAY_SELF) private readonly self: GatewaySelf,
    shutdown: Shutdown,
  ) {
    shutdown.onShutdown('message lanes', { phase: 'agents', timeoutMs: DRAIN_TIMEOUT_MS }, () => batcher.drained());
  }

  /** Answers each message, in order, after its commit or its refusal. */
  async send(
    { tenantId, userId }: Principal,
    { threadId, messages }: CommandRequest<'message.send'>,
  ): Promise<CommandReply<'message.send'>> {
    this.assertSize(messages);
    this.rate.take(userId, messages.length);
    const rows = messages.map((message) => ({ tenantId, threadId, senderId: userId, ...message }));
    const outcomes = await this.batcher.submit(rows);
    return { results: messages.map(({ clientMessageId }, index) => toResult(clientMessageId, outcomes[index])) };
  }

  /** Counts a change of a message: it is stored and told like a new one. */
  admitChange({ userId }: Principal, body?: MessageBody): void {
    if (body !== undefined) assertBodySize(body, this.self.limits.bodyBytes);
    this.rate.take(userId, 1);
  }

  private assertSize(messages: CommandRequest<'message.send'>['messages']): void {
    const { messagesPerSend, bodyBytes, sendBytes } = this.self.limits;
    if (messages.length > messagesPerSend) {
      throw new AppError('limit_exceeded', `messages: must be at most ${messagesPerSend.toString()} entries`);
    }
    const sizes = messages.map(({ body }, index) =>
      assertBodySize(body, bodyBytes, `messages[${index.toString()}].body`),
    );
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (messages.length > 1 && total > sendBytes) {
      throw new AppError('too_large', `messages: must be at most ${sendBytes.toString()} bytes together`);
    }
  }
}

function toResult(clientMessageId: string, outcome: BatchedOutcome = { status: 'unavailable' }): SendResult {
  switch (outcome.status) {
    case 'appended': {
      const { event, runId } = outcome;
      const place = { seq: event.seq, eventId: event.id, at: event.at, duplicate: false };
      return { ok: true, clientMessageId, ...place, ...(runId === undefined ? {} : { runId }) };
    }
    case 'duplicate': {
      const { seq, eventId, at, runId } = outcome;
      return {
        ok: true,
        clientMessageId,
        seq,
        eventId,
        at,
        duplicate: true,
        ...(runId === undefined ? {} : { runId }),
      };
    }
    default:
      return { ok: false, clientMessageId, error: sendError(outcome.status) };
  }
}
