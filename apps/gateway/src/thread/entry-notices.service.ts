import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { PresenceNotifier } from '../presence/presence-notifier.service.js';
import type { ChatSocket } from '../session/chat-socket.js';

const TICK_MS = 100;
/** Entries that are told at once within one tick; beyond it they wait for a later one. */
const PER_TICK = 20;
/** Entries that wait; what is beyond is left to `presence.get`. */
const MAX_WAITING = 20_000;

/**
 * Tells threads who came in, at a pace: when a whole gateway's clients come back at once, catching up goes first, and
 * the others learn who is there in the seconds after.
 */
@Injectable()
export class EntryNotices implements BeforeApplicationShutdown {
  private readonly waiting: { socket: ChatSocket; threadId: string }[] = [];
  private left = PER_TICK;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly presence: PresenceNotifier) {}

  /** A socket opened a thread. */
  entered(socket: ChatSocket, threadId: string): void {
    if (this.waiting.length >= MAX_WAITING) return;
    this.waiting.push({ socket, threadId });
    this.tell();
    this.timer ??= setInterval(() => {
      this.tick();
    }, TICK_MS).unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private tick(): void {
    if (this.waiting.length === 0 && this.left === PER_TICK) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
    this.left = PER_TICK;
    this.tell();
  }

  private tell(): void {
    for (const { socket, threadId } of this.waiting.splice(0, this.left)) {
      this.left -= 1;
      const target = socket.data.session.threads.get(threadId);
      if (target !== undefined) this.presence.entered(socket, target);
    }
  }
}
