import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '@holdfast/config';
import { Shutdown, type StepContext } from '@holdfast/shutdown';
import type { WebSocket } from 'ws';
import { CONFIG } from '../config.token.js';
import { SocketServer } from '../publish/socket-server.service.js';
import type { ChatSocket } from './chat-socket.js';
import { LiveSessions } from './live-sessions.service.js';

/** Longest time over which clients are sent away, in ms: peers should not get all of them at once. */
const MAX_SPREAD_MS = 5_000;
/** Part of the step's time that the spread may use. */
const SPREAD_SHARE = 0.5;
const TICK_MS = 50;
/** A client that does not read never answers a close. */
const CLOSE_WITHIN_MS = 300;

/** Sends every client to another instance before this one ends: notice first, then each at its own moment. */
@Injectable()
export class SessionDrain {
  constructor(
    private readonly sessions: LiveSessions,
    private readonly server: SocketServer,
    shutdown: Shutdown,
    @Inject(CONFIG) config: Config,
  ) {
    const timeoutMs = Math.ceil(config.service.shutdownTimeoutMs / 2);
    shutdown.onShutdown('chat sessions', { phase: 'sockets', timeoutMs }, (context) => this.run(context));
  }

  private async run({ budgetMs, signal }: StepContext): Promise<void> {
    const spreadMs = Math.min(MAX_SPREAD_MS, budgetMs * SPREAD_SHARE);
    const startedAt = performance.now();
    const wires = this.server.wires();
    const slots = new Map<ChatSocket, number>();
    for (const socket of this.sessions) {
      const reconnectAfterMs = Math.floor(Math.random() * spreadMs);
      slots.set(socket, reconnectAfterMs);
      socket.emit('server.draining', { reconnectAfterMs, deadlineMs: Math.ceil(spreadMs), reason: 'shutdown' });
    }
    while (slots.size > 0 && !signal.aborted) {
      const elapsed = performance.now() - startedAt;
      for (const [socket, slot] of slots) {
        if (slot > elapsed && socket.connected) continue;
        slots.delete(socket);
        this.sessions.end(socket, 'draining');
      }
      if (slots.size > 0) await delay(TICK_MS, undefined, { signal }).catch(() => undefined);
    }
    for (const socket of this.sessions) this.sessions.end(socket, 'draining');
    await closed(wires, signal);
  }
}

/** Waits a moment until every client has answered the close, then drops the connections of those that do not read. */
async function closed(wires: readonly WebSocket[], signal: AbortSignal): Promise<void> {
  const until = performance.now() + CLOSE_WITHIN_MS;
  const areOpen = (): boolean => wires.some(({ readyState, CLOSED }) => readyState !== CLOSED);
  while (areOpen() && performance.now() < until && !signal.aborted) {
    await delay(TICK_MS, undefined, { signal }).catch(() => undefined);
  }
  for (const wire of wires) wire.terminate();
}
