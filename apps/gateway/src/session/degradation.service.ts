import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AppError, type ServerEvent } from '@holdfast/contracts';
import { HealthRegistry, type HealthTransition } from '@holdfast/health';
import { LOGGER, type Logger } from '@holdfast/observability';
import { RedisConnections } from '@holdfast/redis';
import { LocalFanOut } from '../publish/local-fan-out.service.js';

type Affected = ServerEvent<'server.degraded'>['affected'][number];

/** The part of the system that a health check belongs to, by the first word of its name. */
const PARTS: Readonly<Record<string, Affected>> = { postgres: 'database', redis: 'redis' };

/** Somebody who needed a part and did not get it; health checks have their own names. */
const USE = 'use';

/** What does not work at the moment, by use and by the health checks, told to every socket when it changes. */
@Injectable()
export class Degradation implements OnApplicationBootstrap {
  /** Of each part, who says that it is down. */
  private readonly faults = new Map<Affected, Set<string>>();

  constructor(
    private readonly local: LocalFanOut,
    private readonly redis: RedisConnections,
    private readonly health: HealthRegistry,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  get current(): ServerEvent<'server.degraded'> {
    return { degraded: this.faults.size > 0, affected: [...this.faults.keys()] };
  }

  onApplicationBootstrap(): void {
    this.redis.onStateChange((state) => {
      this.set('redis', state === 'down');
    });
    this.health.onTransition((transition) => {
      this.follow(transition);
    });
  }

  /** Something that needs `part` failed; unless that is an outage, it is a fault of ours. */
  failed(part: Affected, error: unknown): void {
    if (error instanceof AppError && error.retryable) this.set(part, true, error);
    else this.logger.error({ err: error }, 'repair failed');
  }

  /** `error` is what showed it, for the log. */
  set(part: Affected, isDown: boolean, error?: unknown): void {
    this.say(part, USE, isDown, error);
  }

  private follow({ check, to }: HealthTransition): void {
    const part = PARTS[check.split('.', 1)[0] ?? ''];
    if (part !== undefined) this.say(part, check, to === 'down');
  }

  private say(part: Affected, source: string, isDown: boolean, error?: unknown): void {
    const sources = this.faults.get(part) ?? new Set();
    const wasDown = sources.size > 0;
    if (isDown) sources.add(source);
    else sources.delete(source);
    if (wasDown === sources.size > 0) return;
    if (isDown) this.faults.set(part, sources);
    else this.faults.delete(part);
    if (isDown) this.logger.warn({ part, source, err: error }, 'degraded');
    else this.logger.info({ part }, 'recovered');
    this.local.toAll('server.degraded', this.current);
  }
}
