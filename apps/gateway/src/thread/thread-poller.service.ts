import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Config } from '@holdfast/config';
import { RedisConnections } from '@holdfast/redis';
import { CONFIG } from '../config.token.js';
import { RecheckQueue } from './recheck-queue.service.js';
import { ThreadSweep } from './thread-sweep.service.js';

/** Part of the interval by which a poll may be early, so that gateways do not poll in step; it is never late. */
const JITTER = 0.2;

/**
 * The safety net under every hint, always on: at each interval it compares all joined threads with Postgres, and at once
 * those that somebody asked for. When Redis goes or comes back, it compares at once: hints were lost on the way. One
 * comparison at a time; what is asked for meanwhile is the next one.
 */
@Injectable()
export class ThreadPoller implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running = false;
  private due = false;
  private stopped = false;

  constructor(
    private readonly sweep: ThreadSweep,
    private readonly rechecks: RecheckQueue,
    private readonly redis: RedisConnections,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    this.rechecks.onRequest = () => void this.work();
    this.redis.onStateChange(() => {
      this.poll();
    });
    this.schedule();
  }

  beforeApplicationShutdown(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private schedule(): void {
    if (this.stopped) return;
    const base = this.config.gateway.pollMs / (this.redis.state === 'down' ? 2 : 1);
    const waitMs = base * (1 - JITTER * Math.random());
    this.timer = setTimeout(() => {
      this.poll();
    }, waitMs);
  }

  private poll(): void {
    clearTimeout(this.timer);
    this.due = true;
    void this.work();
    this.schedule();
  }

  private async work(): Promise<void> {
    if (this.running) return;
    this.running = true;
    while (!this.stopped) {
      const asked = this.rechecks.take();
      const all = this.due;
      this.due = false;
      if (all) await this.sweep.all();
      else if (asked.length > 0) await this.sweep.some(asked);
      else break;
    }
    this.running = false;
  }
}
