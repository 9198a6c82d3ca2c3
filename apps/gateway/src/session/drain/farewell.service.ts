import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { WebSocket } from 'ws';
import { CommandDispatcher } from '../../command/command-dispatcher.service.js';
import { SocketServer } from '../../publish/socket-server.service.js';
import type { ChatSocket } from '../chat-socket.js';
import { LiveSessions } from '../live-sessions.service.js';

const TICK_MS = 20;

/** A client that does not read never answers a close; it gets this long, in ms. */
export const CLOSE_WITHIN_MS = 300;

/** The end of sockets at the end of the gateway. */
@Injectable()
export class Farewell {
  constructor(
    private readonly sessions: LiveSessions,
    private readonly commands: CommandDispatcher,
    private readonly server: SocketServer,
  ) {}

  /** Every WebSocket that is open now, whether or not somebody has signed in on it. */
  wires(): readonly WebSocket[] {
    return this.server.wires();
  }

  /**
   * Closes the connection of a socket, so that its client comes back by itself, elsewhere. False if it has to wait: a
   * command of it is at work and will be answered.
   */
  close(socket: ChatSocket): boolean {
    if (this.commands.isBusy(socket)) return false;
    this.sessions.end(socket, 'draining');
    return true;
  }

  /**
   * Closes whoever is left. New commands are refused as `draining` from now on; those at work have a moment to be answered,
   * and so have the clients to answer the close. Returns how many were closed and how many did not even answer that.
   */
  async closeAll(wires: readonly WebSocket[], signal: AbortSignal): Promise<{ closed: number; cut: number }> {
    this.commands.refuseNew();
    await until(() => this.commands.active === 0, signal);
    const rest = [...this.sessions];
    for (const socket of rest) this.sessions.end(socket, 'draining');
    const open = () => wires.filter(({ readyState, CLOSED }) => readyState !== CLOSED);
    await until(() => open().length === 0, signal);
    const deaf = open();
    for (const wire of deaf) wire.terminate();
    return { closed: rest.length, cut: deaf.length };
  }
}

/** Waits a moment for `condition`. */
async function until(condition: () => boolean, signal: AbortSignal): Promise<void> {
  const endsAt = performance.now() + CLOSE_WITHIN_MS;
  while (!condition() && performance.now() < endsAt && !signal.aborted) {
    await delay(TICK_MS, undefined, { signal }).catch(() => undefined);
  }
}
