import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AppError, type ServerEvent } from '@holdfast/contracts';
import { LOGGER, type Logger } from '@holdfast/observability';
import { RedisConnections } from '@holdfast/redis';
import { LocalFanOut } from '../publish/local-fan-out.service.js';

type Affected = ServerEvent<'server.degraded'>['affected'][number];

/** What does not work at the moment, told to every socket when it changes. */
@Injectable()
export class Degradation implements OnApplicationBootstrap {
  private readonly affected = new Set<Affected>();

  constructor(
    private readonly local: LocalFanOut,
    private readonly redis: RedisConnections,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  get current(): ServerEvent<'server.degraded'> {
    return { degraded: this.affected.size > 0, affected: [...this.affected] };
  }

  onApplicationBootstrap(): void {
    this.redis.onStateChange((state) => {
      this.set('redis', state === 'down');
    });
  }

  /** Something that needs `part` failed; unless that is an outage, it is a fault of ours. */
  failed(part: Affected, error: unknown): void {
    if (error instanceof AppError && error.retryable) this.set(part, true, error);
    else this.logger.error({ err: error }, 'repair failed');
  }

  /** `error` is what showed it, for the log. */
  set(part: Affected, isDown: boolean, error?: unknown): void {
    if (this.affected.has(part) === isDown) return;
    if (isDown) this.affected.add(part);
    else this.affected.delete(part);
    if (isDown) this.logger.warn({ part, err: error }, 'degraded');
    else this.logger.info({ part }, 'recovered');
    this.local.toAll('server.degraded', this.current);
  }
}
