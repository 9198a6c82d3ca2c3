import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Config } from '@holdfast/config';
import { HealthRegistry } from '@holdfast/health';
import { CONFIG } from '../config.token.js';
import { LiveSessions } from '../session/live-sessions.service.js';
import { capacity } from './websocket-reports.js';

const INTERVAL_MS = 1_000;

/** Registers the check of the connections against the capacity; a full gateway gets no further clients. */
@Injectable()
export class CapacityCheck implements OnModuleInit {
  private isFull = false;

  constructor(
    private readonly registry: HealthRegistry,
    private readonly sessions: LiveSessions,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.registry.register('websocket.capacity', () => Promise.resolve(this.check()), {
      resource: 'own',
      intervalMs: INTERVAL_MS,
    });
  }

  private check() {
    const report = capacity(this.sessions.count, this.config.limits.connections, this.isFull);
    this.isFull = report.state === 'down';
    return report;
  }
}
