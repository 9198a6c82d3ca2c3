import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Uuid } from '@holdfast/contracts';
import { latestThreads } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { metrics } from '@holdfast/observability';
import { Presence, StaleCleaner, type UserTarget } from '@holdfast/scaling';
import { Courtesy } from './courtesy.service.js';

/** Threads of a user that are told, the latest first. */
const MAX_THREADS = 50;
/** Users that wait to be told of; who asks anew sees the others' absence as well. */
const MAX_WAITING = 1_000;
/** Users of one query. */
const BATCH = 500;
/** Notices of one turn of the event loop. */
const TURN = 50;

/** Tells threads whose members went because the gateway that had their sockets is gone. Nothing depends on it. */
@Injectable()
export class DepartureNotices implements OnApplicationBootstrap {
  private readonly waiting: UserTarget[] = [];
  private isTelling = false;

  constructor(
    private readonly cleaner: StaleCleaner,
    private readonly presence: Presence,
    private readonly database: Database,
    private readonly courtesy: Courtesy,
  ) {}

  onApplicationBootstrap(): void {
    this.cleaner.onOffline((listed) => {
      const users = listed.filter(isOurs);
      metrics.counter('holdfast_ignored_packets_total').inc({ source: 'registry' }, listed.length - users.length);
      this.waiting.push(...users.slice(0, MAX_WAITING - this.waiting.length));
      if (!this.isTelling) void this.tellAll();
    });
  }

  /** Many left at once, many of them are on their way back, and Postgres has those who return to serve. */
  private async tellAll(): Promise<void> {
    this.isTelling = true;
    while (this.waiting.length > 0) {
      // The database counts its failures itself, and who asks anew sees the absence.
      await this.tell(this.waiting.splice(0, BATCH)).catch(() => undefined);
    }
    this.isTelling = false;
  }

  private async tell(users: readonly UserTarget[]): Promise<void> {
    const threads = await latestThreads(this.database, await this.presence.absent(users), MAX_THREADS);
    for (const [nth, { userId, ...target }] of threads.entries()) {
      this.courtesy.tell(target, 'presence.changed', { userId, online: false });
      if ((nth + 1) % TURN === 0) await nextTurn();
    }
  }
}

/** What Redis names need not be users of ours: one that Postgres refuses must not cost the others of its query. */
function isOurs({ tenantId, userId }: UserTarget): boolean {
  return Uuid.safeParse(tenantId).success && Uuid.safeParse(userId).success;
}
