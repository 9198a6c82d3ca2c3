import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { listThreads, pollThreads } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { LOGGER, type Logger } from '@holdfast/observability';
import { StaleCleaner, type UserTarget } from '@holdfast/scaling';
import { Courtesy } from './courtesy.service.js';

/** Threads of a user that are told, the latest first. */
const MAX_THREADS = 50;
/** Users that wait to be told of; who asks anew sees the others' absence as well. */
const MAX_WAITING = 1_000;

/** Tells threads whose members went because the gateway that had their sockets is gone. Nothing depends on it. */
@Injectable()
export class DepartureNotices implements OnApplicationBootstrap {
  private readonly waiting: UserTarget[] = [];
  private isTelling = false;

  constructor(
    private readonly cleaner: StaleCleaner,
    private readonly database: Database,
    private readonly courtesy: Courtesy,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.cleaner.onOffline((users) => {
      this.waiting.push(...users.slice(0, MAX_WAITING - this.waiting.length));
      if (!this.isTelling) void this.tellAll();
    });
  }

  /** One user after the other: many left at once, and nobody waits for it. */
  private async tellAll(): Promise<void> {
    this.isTelling = true;
    for (let user = this.waiting.shift(); user !== undefined; user = this.waiting.shift()) {
      await this.tell(user).catch((error: unknown) => {
        this.logger.debug({ err: error }, 'departure not told');
      });
    }
    this.isTelling = false;
  }

  private async tell(user: UserTarget): Promise<void> {
    const { userId } = user;
    const page = { limit: MAX_THREADS, archived: false };
    const { threads } = await listThreads(this.database, { ...user, roles: [] }, page);
    const polled = await pollThreads(
      this.database,
      threads.map(({ id }) => id),
    );
    for (const target of polled.threads) this.courtesy.tell(target, 'presence.changed', { userId, online: false });
  }
}
