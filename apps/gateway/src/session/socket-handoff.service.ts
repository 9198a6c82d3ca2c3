import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, metrics, type Logger } from '@holdfast/observability';
import type { ChatSocket } from './chat-socket.js';
import { IdleSockets } from './idle-sockets.service.js';
import { LiveSessions } from './live-sessions.service.js';

/** Longest time that a client waits before it opens its new connection, in ms. */
const JITTER_MS = 250;
/** Longest time that a client has to move by itself, in ms. */
const MAX_GRACE_MS = 5_000;

/**
 * Hands single sockets off to whichever instance takes them.
 *
 *     waiting for its slot ──idle──▶ told ──client moved──▶ left
 *            │                         └──still there, still idle──▶ closed; a client comes back by itself
 *            └──busy──▶ kept          └──busy by now──▶ kept
 *
 * Whether a socket is idle is looked at when its slot comes, right before it is told, and again before it is closed.
 */
@Injectable()
export class SocketHandoff {
  constructor(
    private readonly sessions: LiveSessions,
    private readonly idle: IdleSockets,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Sockets that may be moved now. */
  candidates(): ChatSocket[] {
    return [...this.sessions].filter((socket) => this.idle.isIdle(socket));
  }

  /** Moves each of the sockets in a slot of its own within `spreadMs`; after as much again at most, all is done. */
  move(sockets: readonly ChatSocket[], spreadMs: number): void {
    this.logger.info({ sockets: sockets.length, of: this.sessions.count }, 'handing sockets off to even out the load');
    for (const socket of sockets) {
      setTimeout(() => {
        this.tell(socket, Math.min(MAX_GRACE_MS, spreadMs));
      }, Math.random() * spreadMs).unref();
    }
  }

  private tell(socket: ChatSocket, graceMs: number): void {
    if (!this.idle.isIdle(socket)) {
      count('kept');
      return;
    }
    const reconnectAfterMs = Math.floor(Math.random() * JITTER_MS);
    const deadlineMs = reconnectAfterMs + graceMs;
    socket.emit('server.draining', { reconnectAfterMs, deadlineMs, reason: 'rebalance' });
    setTimeout(() => {
      this.finish(socket);
    }, deadlineMs).unref();
  }

  private finish(socket: ChatSocket): void {
    if (!socket.connected) {
      count('left');
      return;
    }
    const isIdle = this.idle.isIdle(socket);
    count(isIdle ? 'closed' : 'kept');
    if (isIdle) this.sessions.end(socket, 'draining');
  }
}

function count(outcome: 'kept' | 'left' | 'closed'): void {
  metrics.counter('holdfast_rebalanced_total').inc({ outcome });
}
