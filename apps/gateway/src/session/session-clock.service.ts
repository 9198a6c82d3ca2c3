import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Config } from '@holdfast/config';
import { LOGGER, type Logger } from '@holdfast/observability';
import { CONFIG } from '../config.token.js';
import { closing } from './closing.js';
import type { ChatSocket } from './chat-socket.js';
import { LiveSessions } from './live-sessions.service.js';
import { outboundBytes, terminate } from './outbound.js';

const TICK_MS = 250;
const EXPIRY_NOTICE_MS = 60_000;
const MAX_OUTBOUND_BYTES = 4 * 1_024 * 1_024;

/**
 * Looks at all sessions together: tells of expiring tokens, ends what outlived its token by the grace time, drops who
 * does not read. One sweep in place of timers per socket, and a lifetime of months needs no timer at all.
 */
@Injectable()
export class SessionClock implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly sessions: LiveSessions,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      const now = Date.now();
      for (const socket of [...this.sessions]) this.check(socket, now);
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
    if (leftMs <= -this.config.auth.expiryGraceMs) {
      this.sessions.end(socket, 'token_expired');
    } else if (outboundBytes(socket) > MAX_OUTBOUND_BYTES) {
      this.logger.info({ sessionId: socket.id }, 'a client did not read fast enough');
      socket.emit('session.closing', closing('slow_consumer'));
      terminate(socket);
    }
  }
}
