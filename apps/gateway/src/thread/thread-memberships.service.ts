import { Injectable } from '@nestjs/common';
import type { LogEvent } from '@holdfast/contracts';
import { memberIds, readRange } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { ThreadGate, type ThreadPosition, type ThreadTarget } from '@holdfast/scaling';
import type { ChatSocket } from '../session/chat-socket.js';
import { JoinedThreads, type JoinedThread } from './joined-threads.service.js';

/** Events of one read that brings sockets to where their new room is. */
const MOVE_EVENTS = 200;

/** Moves sockets to the room of the current member version once Postgres says that their users still belong there. */
@Injectable()
export class ThreadMemberships {
  constructor(
    private readonly database: Database,
    private readonly joined: JoinedThreads,
    private readonly gate: ThreadGate,
  ) {}

  /** Authorises again whoever is in a room of an older member version than `target` says. */
  async align(thread: JoinedThread, target: ThreadTarget, position: ThreadPosition): Promise<void> {
    const stale = [...thread.sockets].filter((socket) => versionOf(socket, target) < target.memberVersion);
    if (stale.length === 0) return;
    const users = new Set(stale.map((socket) => socket.data.session.user.userId));
    const members = new Set((await memberIds(this.database, target.threadId, [...users])).userIds);
    const moving = new Map<ThreadTarget, ChatSocket[]>();
    for (const socket of stale) {
      const current = socket.data.session.threads.get(target.threadId);
      if (current === undefined) continue;
      if (!members.has(socket.data.session.user.userId)) this.remove(socket, target.threadId, 'removed');
      else {
        const [room = current] = [...moving.keys()].filter(
          ({ memberVersion }) => memberVersion === current.memberVersion,
        );
        moving.set(room, [...(moving.get(room) ?? []), socket]);
      }
    }
    for (const [from, sockets] of moving) await this.move(sockets, from, target, position);
  }

  /** The new room may be ahead of the old one: what it was given meanwhile is given to each socket before it changes. */
  private async move(
    sockets: readonly ChatSocket[],
    from: ThreadTarget,
    target: ThreadTarget,
    position: ThreadPosition,
  ): Promise<void> {
    const missing = await this.between(from, target);
    const left = this.gate.position(from);
    const events = left === undefined ? [] : missing.filter(({ seq }) => seq > left.last);
    const delivered = events.at(-1)?.seq ?? left?.last;
    const had = left === undefined || delivered === undefined ? {} : { delivered, deliveredEpoch: left.epoch };
    for (const socket of sockets) {
      if (versionOf(socket, target) !== from.memberVersion) continue;
      if (left !== undefined && events.length > 0) {
        socket.emit('events.appended', { threadId: target.threadId, epoch: left.epoch, events });
      }
      this.joined.join(socket, target, { ...position, ...had });
    }
  }

  /** The events that one room was given and another one was not, up to this moment. */
  private async between(from: ThreadTarget, target: ThreadTarget): Promise<LogEvent[]> {
    const events: LogEvent[] = [];
    for (;;) {
      const [behind, ahead] = [this.gate.position(from), this.gate.position(target)];
      if (behind === undefined || ahead?.epoch !== behind.epoch) return events;
      const afterSeq = events.at(-1)?.seq ?? behind.last;
      if (afterSeq >= ahead.last) return events;
      const range = await readRange(this.database, { threadId: target.threadId, afterSeq, limit: MOVE_EVENTS });
      const next = range?.epoch === ahead.epoch ? range.events.filter(({ seq }) => seq <= ahead.last) : [];
      // The thread or its history is another one: the next poll sees to it.
      if (next.length === 0) return events;
      events.push(...next);
    }
  }

  /** The thread is no more. */
  close(thread: JoinedThread): void {
    for (const socket of [...thread.sockets]) this.remove(socket, thread.threadId, 'deleted');
  }

  private remove(socket: ChatSocket, threadId: string, reason: 'removed' | 'deleted'): void {
    this.joined.leave(socket, threadId);
    socket.emit('thread.closed', { threadId, reason });
  }
}

function versionOf(socket: ChatSocket, { threadId, memberVersion }: ThreadTarget): number {
  return socket.data.session.threads.get(threadId)?.memberVersion ?? memberVersion;
}
