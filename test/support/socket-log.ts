import type { Page, WebSocket } from 'playwright-core';

/** A command's acknowledgement id, and its name. */
const COMMAND = /^42\/\w+,(\d+)\["([\w.]+)"/;
const ACKNOWLEDGEMENT = /^43\/\w+,(\d+)\[/;

interface Seen {
  /** Position in the order of everything that happened. */
  syncedAt: number | null;
  closedAt: number | null;
  /** The command that catches up. */
  resumeId: string | null;
}

/** In which order a page's chat connections were opened, up to date, and closed. */
export class SocketLog {
  private readonly sockets: Seen[] = [];
  private moment = 0;

  private constructor(page: Page) {
    page.on('websocket', (socket) => {
      if (socket.url().includes('/socket.io/')) this.watch(socket);
    });
  }

  /** From now on. */
  static of(page: Page): SocketLog {
    return new SocketLog(page);
  }

  get opened(): number {
    return this.sockets.length;
  }

  /** The last connection had caught up when the one before it was closed. */
  isSyncedBeforeLast(): boolean {
    const [before, last] = this.sockets.slice(-2);
    const syncedAt = last?.syncedAt ?? Infinity;
    return before !== undefined && syncedAt < (before.closedAt ?? -Infinity);
  }

  private watch(socket: WebSocket): void {
    const seen: Seen = { syncedAt: null, closedAt: null, resumeId: null };
    this.sockets.push(seen);
    socket.on('framesent', ({ payload }) => {
      const [, id, name] = COMMAND.exec(String(payload)) ?? [];
      if (name === 'session.resume') seen.resumeId = id ?? null;
    });
    socket.on('framereceived', ({ payload }) => {
      const [, id] = ACKNOWLEDGEMENT.exec(String(payload)) ?? [];
      if (id !== undefined && id === seen.resumeId) seen.syncedAt ??= this.moment += 1;
    });
    socket.on('close', () => {
      seen.closedAt = this.moment += 1;
    });
  }
}
