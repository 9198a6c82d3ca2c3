import { Injectable } from '@nestjs/common';
import { AppError } from '@holdfast/contracts';
import type { ChatSocket } from '../session/chat-socket.js';
import { Courtesy } from './courtesy.service.js';

/** How long a notice lasts without a new one, in ms. */
const LASTS_MS = 6_000;
/** Shortest time between two notices that one socket's user types in one thread, in ms. */
const EVERY_MS = 1_000;

/** Threads of one socket that are remembered. */
const MAX_NOTICES = 200;

interface Notice {
  readonly typing: boolean;
  /** Time of the last notice that the user types. */
  readonly startedAt: number;
}

/** Tells a thread who is typing. Nothing is stored; a notice ends by itself. */
@Injectable()
export class Typing {
  private readonly notices = new WeakMap<ChatSocket, Map<string, Notice>>();

  constructor(private readonly courtesy: Courtesy) {}

  /** @throws AppError `forbidden` unless the socket has the thread open, which is where membership was checked. */
  set(socket: ChatSocket, threadId: string, typing: boolean): void {
    const { threads, user } = socket.data.session;
    const target = threads.get(threadId);
    if (target === undefined) throw new AppError('forbidden', 'open the thread first');
    if (!this.isDue(socket, threadId, typing)) return;
    const payload = { threadId, userId: user.userId, typing, expiresInMs: typing ? LASTS_MS : 0 };
    this.courtesy.tell(target, 'typing.changed', payload);
  }

  /** A notice that somebody types counts as new once a second at most; its end is told once, and at once. */
  private isDue(socket: ChatSocket, threadId: string, typing: boolean): boolean {
    const notices = this.notices.get(socket) ?? new Map<string, Notice>();
    this.notices.set(socket, notices);
    const last = notices.get(threadId);
    const now = performance.now();
    if (typing ? last !== undefined && now - last.startedAt < EVERY_MS : last?.typing !== true) return false;
    notices.delete(threadId);
    notices.set(threadId, { typing, startedAt: typing ? now : (last?.startedAt ?? now) });
    const [oldest] = notices.keys();
    if (notices.size > MAX_NOTICES && oldest !== undefined) notices.delete(oldest);
    return true;
  }
}
