import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '@holdfast/config';
import { CONFIG } from '../config.token.js';
import { RunProgress } from '../run/run-progress.service.js';
import type { ChatSocket } from './chat-socket.js';
import { unsentBytes } from './outbound.js';

/** Tells which sockets nobody would miss for a moment. */
@Injectable()
export class IdleSockets {
  /** When each socket last said something, by the process' own clock in ms. */
  private readonly heard = new WeakMap<ChatSocket, number>();

  constructor(
    private readonly runs: RunProgress,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  watch(socket: ChatSocket): void {
    this.heard.set(socket, performance.now());
    socket.conn.on('packet', ({ type }) => {
      // Heartbeats say nothing. What counts is any command, and any answer to what was sent.
      if (type === 'message') this.heard.set(socket, performance.now());
    });
  }

  /**
   * Whether the socket has been silent for longer than any command may take, reads what it is sent, opens nothing and
   * has no thread open in which an agent is at work.
   */
  isIdle(socket: ChatSocket): boolean {
    const { opening } = socket.data.session;
    const silentMs = performance.now() - (this.heard.get(socket) ?? performance.now());
    if (!socket.connected || silentMs < this.config.gateway.rebalanceIdleMs) return false;
    if (opening.size > 0 || unsentBytes(socket) > 0) return false;
    return !this.isStreaming(socket);
  }

  /** Whether an agent is at work in a thread that the socket has open. */
  isStreaming(socket: ChatSocket): boolean {
    for (const threadId of socket.data.session.threads.keys()) if (this.runs.of(threadId).size > 0) return true;
    return false;
  }
}
