import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { ServerEvent } from '@holdfast/contracts';
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
  ) {}

  get current(): ServerEvent<'server.degraded'> {
    return { degraded: this.affected.size > 0, affected: [...this.affected] };
  }

  onApplicationBootstrap(): void {
    this.redis.onStateChange((state) => {
      this.set('redis', state === 'down');
    });
  }

  set(part: Affected, down: boolean): void {
    if (this.affected.has(part) === down) return;
    if (down) this.affected.add(part);
    else this.affected.delete(part);
    this.local.toAll('server.degraded', this.current);
  }
}
