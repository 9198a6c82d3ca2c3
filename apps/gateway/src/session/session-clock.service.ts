import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Config } from '@holdfast/config';
import { CONFIG } from '../config.token.js';
import type { ChatSocket } from './chat-socket.js';
import { LiveSessions } from './live-sessions.service.js';
import { SocketOutputs } from './socket-outputs.service.js';

const TICK_MS = 250;
const EXPIRY_NOTICE_MS = 60_000;

/**
 * Looks at all sessions together: tells of expiring tokens, ends what outlived its token by the grace time, catches up
 * with who reads again. One sweep in place of timers per socket, and a lifetime of months needs no timer at all.
 */
@Injectable()
export class SessionClock implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly sessions: LiveSessions,
    @Inject(CONFIG) private readonly config: Config,
    private readonly outputs: SocketOutputs,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      const now = Date.now();
      const sockets = [...this.sessions];
      for (const socket of sockets) this.check(socket, now);
      this.outputs.look(sockets);
    }, TICK_MS);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private check(socket: ChatSocket, now: number): void {
    const { session } = socket.data;
    const leftMs = session.expiresAt.getTime() - now;
    if (leftMs <= EXPIRY_NOTICE_MS && !session.expiringTold) {
      session.expiringTold = true;
      socket.emit('session.expiring', { expiresAt: session.expiresAt.toISOString() });
    }
    if (leftMs <= -this.config.auth.expiryGraceMs) this.sessions.end(socket, 'token_expired');
  }
}
