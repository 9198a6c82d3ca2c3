import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Shutdown, type StepContext } from '@holdfast/shutdown';
import type { ChatSocket } from '../chat-socket.js';
import { DrainOrder } from './drain-order.service.js';
import { DrainPace } from './drain-pace.service.js';
import { CLOSE_WITHIN_MS, Farewell } from './farewell.service.js';
import { handoffOverlapMs } from './handoff-pace.js';

const TICK_MS = 50;
/** Kept for the end: answers, and closes. */
const END_MS = 2 * CLOSE_WITHIN_MS;
/** Part of the time that is not planned with: a loaded machine is late. */
const SLACK = 0.15;

interface Course {
  /** Sockets told per ms. */
  readonly perMs: number;
  /** Time between being told and being closed, in ms. */
  readonly overlapMs: number;
  readonly totalMs: number;
}

/**
 * Hands every socket to another instance before this one ends:
 *
 *     here ──its slot──▶ told ──moved by itself──▶ gone
 *                          └──its deadline, no command at work──▶ closed; a client comes back by itself
 *
 * Slots come as fast as the survivors can take the clients, idle ones first, streaming ones last. Until its end a socket
 * is served as ever.
 */
@Injectable()
export class SessionDrain {
  constructor(
    private readonly order: DrainOrder,
    private readonly pace: DrainPace,
    private readonly farewell: Farewell,
    shutdown: Shutdown,
  ) {
    const left = () => order.count;
    shutdown.onShutdown('chat sessions', { phase: 'sockets', timeoutMs: pace.timeoutMs, left }, (context) =>
      this.run(context),
    );
  }

  private async run({ budgetMs, signal, note }: StepContext): Promise<void> {
    const wires = this.farewell.wires();
    const sockets = this.order.count;
    const totalMs = Math.max(0, budgetMs * (1 - SLACK) - END_MS);
    const windowMs = sockets === 0 ? 0 : await this.pace.windowMs(sockets, totalMs / 2);
    note({ sockets, windowMs: Math.round(windowMs) });
    const overlapMs = handoffOverlapMs(totalMs, windowMs);
    const closedInTime = await this.handOff({ perMs: sockets / windowMs, overlapMs, totalMs }, signal);
    const { closed, cut } = await this.farewell.closeAll(wires, signal);
    note({ moved: Math.max(0, sockets - closed - closedInTime), closed: closed + closedInTime, cut });
  }

  /** Tells each socket in its slot, and closes those that are still there `overlapMs` later; returns how many it closed. */
  private async handOff({ perMs, overlapMs, totalMs }: Course, signal: AbortSignal): Promise<number> {
    const startedAt = performance.now();
    const told = new Map<ChatSocket, number>();
    let closed = 0;
    for (let now = startedAt; this.order.count > 0 && now < startedAt + totalMs && !signal.aborted;) {
      const due = Math.ceil((now - startedAt + TICK_MS) * perMs) - told.size;
      for (const socket of this.order.next(due, told)) {
        tell(socket, overlapMs);
        told.set(socket, now + overlapMs);
      }
      for (const [socket, deadline] of told) {
        if (deadline > now || !socket.connected || !this.farewell.close(socket)) continue;
        told.set(socket, Infinity);
        closed += 1;
      }
      await delay(TICK_MS, undefined, { signal }).catch(() => undefined);
      now = performance.now();
    }
    return closed;
  }
}

function tell(socket: ChatSocket, deadlineMs: number): void {
  const reconnectAfterMs = Math.floor(Math.random() * Math.min(TICK_MS, deadlineMs));
  socket.emit('server.draining', { reconnectAfterMs, deadlineMs, reason: 'shutdown' });
}
