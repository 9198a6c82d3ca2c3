import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { ServerEvent } from '@holdfast/contracts';
import { memberIds } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { LOGGER, type Logger } from '@holdfast/observability';
import { FanOut, type ThreadTarget, type UserTarget } from '@holdfast/scaling';

type Entry = ServerEvent<'inbox.updated'>['threads'][number];

const FLUSH_MS = 1_000;
/** Larger threads are left to the clients' own refetching. */
const MAX_MEMBERS = 1_000;
/** Threads or users that wait for one flush; what is beyond is left to the clients' own refetching. */
const MAX_WAITING = 20_000;
const MEMBER_CACHE = { max: 5_000, ttl: 60_000 } as const;
/** Threads whose members are read at once during a flush. */
const READS_AT_ONCE = 8;

interface Activity {
  readonly target: ThreadTarget;
  readonly head: number;
}

/** Tells people what changed in threads that they may not have open, at most once a second and user. */
@Injectable()
export class InboxNotifier implements BeforeApplicationShutdown {
  private activities = new Map<string, Activity>();
  private inboxes = new Map<string, { target: UserTarget; entries: Map<string, Entry> }>();
  private readonly members = new LRUCache<string, readonly string[]>(MEMBER_CACHE);
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly fanOut: FanOut,
    private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** The thread got new entries up to `head`. */
  activity(target: ThreadTarget, head: number): void {
    if (this.activities.size >= MAX_WAITING) return;
    this.activities.set(target.threadId, { target, head });
    this.schedule();
  }

  /** Something that concerns one user only. */
  tell(target: UserTarget, threadId: string, head: number, reason: Entry['reason']): void {
    const inbox = this.inboxes.get(target.userId) ?? { target, entries: new Map<string, Entry>() };
    if (!this.inboxes.has(target.userId) && this.inboxes.size >= MAX_WAITING) return;
    const earlier = inbox.entries.get(threadId);
    // Who was added or removed must learn so, whatever else happened in the same second.
    const keeps = reason === 'activity' && earlier !== undefined ? earlier.reason : reason;
    inbox.entries.set(threadId, { threadId, head: Math.max(head, earlier?.head ?? 0), reason: keeps });
    this.inboxes.set(target.userId, inbox);
    this.schedule();
  }

  beforeApplicationShutdown(): void {
    clearTimeout(this.timer);
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      void this.flush().finally(() => {
        this.timer = undefined;
        if (this.activities.size > 0 || this.inboxes.size > 0) this.schedule();
      });
    }, FLUSH_MS).unref();
  }

  private async flush(): Promise<void> {
    const waiting = [...this.activities.values()];
    this.activities = new Map();
    const worker = async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await this.spread(next);
    };
    await Promise.all(Array.from({ length: READS_AT_ONCE }, worker));
    const inboxes = this.inboxes;
    this.inboxes = new Map();
    for (const { target, entries } of inboxes.values()) {
      this.fanOut.toUser(target, 'inbox.updated', { threads: [...entries.values()] });
    }
  }

  private async spread({ target, head }: Activity): Promise<void> {
    const { tenantId, threadId } = target;
    try {
      for (const userId of await this.membersOf(target)) this.tell({ tenantId, userId }, threadId, head, 'activity');
    } catch (error) {
      this.logger.debug({ err: error, threadId }, 'inboxes not told');
    }
  }

  private async membersOf({ threadId, memberVersion }: ThreadTarget): Promise<readonly string[]> {
    const key = `${threadId}:${memberVersion.toString()}`;
    const known = this.members.get(key);
    if (known !== undefined) return known;
    const { userIds } = await memberIds(this.database, threadId);
    const members = userIds.length > MAX_MEMBERS ? [] : userIds;
    this.members.set(key, members);
    return members;
  }
}
