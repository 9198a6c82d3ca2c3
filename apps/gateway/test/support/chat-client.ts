import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import {
  CHAT_NAMESPACE,
  type ClientToServerEvents,
  type CommandName,
  type CommandReply,
  type CommandRequest,
  type CommandResult,
  type LogEvent,
  type SendResult,
  type ServerEvent,
  type ServerEventName,
  type ServerToClientEvents,
} from '@holdfast/contracts';
import { eventually, signToken, type TokenClaims } from '@holdfast/testing';

const WITHIN_MS = 8_000;

/** A bare Socket.IO client, with what it was told so far. */
export class ChatClient {
  readonly received: { readonly name: string; readonly payload: unknown }[] = [];

  private constructor(readonly socket: Socket<ServerToClientEvents, ClientToServerEvents>) {
    socket.onAny((name: string, payload: unknown) => {
      this.received.push({ name, payload });
    });
  }

  /** Connects and waits for `session.ready`. */
  static async connect(url: string, claims: TokenClaims = {}, options: object = {}): Promise<ChatClient> {
    const client = ChatClient.open(url, { token: await signToken(claims) }, options);
    await client.next('session.ready');
    return client;
  }

  /** Starts to connect with any `auth` payload. */
  static open(url: string, auth: object, options: object = {}): ChatClient {
    const settings = { transports: ['websocket'], forceNew: true, auth, reconnectionDelay: 50, ...options };
    return new ChatClient(io(`${url}${CHAT_NAMESPACE}`, settings));
  }

  get userId(): string {
    return this.all('session.ready')[0]?.user.id ?? '';
  }

  /** Payloads of an event so far. */
  all<N extends ServerEventName>(name: N): ServerEvent<N>[] {
    return this.received.filter((entry) => entry.name === name).map(({ payload }) => payload as ServerEvent<N>);
  }

  /** The first payload of an event, now or soon, that fulfils `matches`. */
  next<N extends ServerEventName>(
    name: N,
    matches: (payload: ServerEvent<N>) => boolean = () => true,
  ): Promise<ServerEvent<N>> {
    return eventually(
      () => {
        const found = this.all(name).find(matches);
        if (found === undefined) throw new Error(`no ${name} so far`);
        return found;
      },
      { timeoutMs: WITHIN_MS },
    );
  }

  /** The refusal of the handshake. */
  refusal(): Promise<{ message: string; data?: { code: string; mayReconnect: boolean } }> {
    return new Promise((resolve) =>
      this.socket.once('connect_error', (error) => {
        resolve(error);
      }),
    );
  }

  /** Sends whatever is given as a command and returns the raw answer. */
  raw(name: string, ...args: unknown[]): Promise<CommandResult<CommandName>> {
    const socket = this.socket as unknown as Socket;
    return socket.timeout(WITHIN_MS).emitWithAck(name, ...args) as Promise<CommandResult<CommandName>>;
  }

  /** Sends a command; the answer may be a refusal. */
  ask<N extends CommandName>(name: N, request: CommandRequest<N>): Promise<CommandResult<N>> {
    return this.raw(name, request);
  }

  /** Sends a command that has to succeed. */
  async do<N extends CommandName>(name: N, request: CommandRequest<N>): Promise<CommandReply<N>> {
    const answer = await this.ask(name, request);
    if (!answer.ok) throw new Error(`${name} was refused: ${JSON.stringify(answer.error)}`);
    return answer as unknown as CommandReply<N>;
  }

  async createThread(memberIds: string[] = [], agentId: string | null = null): Promise<string> {
    const threadId = randomUUID();
    await this.do('thread.create', { threadId, title: 'A thread', agentId, memberIds });
    return threadId;
  }

  async open(threadId: string) {
    const { thread } = await this.do('thread.open', { threadId, afterSeq: 0 });
    return thread;
  }

  /** Sends texts in one command. */
  async send(threadId: string, ...texts: string[]): Promise<SendResult[]> {
    const messages = texts.map((text) => ({ clientMessageId: randomUUID(), body: textBody(text) }));
    return (await this.do('message.send', { threadId, messages })).results;
  }

  /** Live entries of a thread, in the order received. */
  events(threadId: string): LogEvent[] {
    return this.all('events.appended')
      .filter((payload) => payload.threadId === threadId)
      .flatMap(({ events }) => events);
  }

  close(): void {
    this.socket.disconnect();
  }
}

export function textBody(text: string) {
  return { parts: [{ type: 'text' as const, text }] };
}
