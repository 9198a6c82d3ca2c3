import { Injectable } from '@nestjs/common';
import type { LogEvent, ThreadResume } from '@holdfast/contracts';
import { readRange, type OpenedThread, type Range } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import type { ChatSocket } from '../session/chat-socket.js';
import { EntryNotices } from './entry-notices.service.js';
import { JoinedThreads } from './joined-threads.service.js';

type Opened = Extract<ThreadResume, { status: 'delta' | 'reset' }>;

/** Events of one read that closes the way from what an open found to what its room has been given meanwhile. */
const CATCH_UP_EVENTS = 200;
const RETRY_AFTER_MS = 200;

/** Lets a socket into the room of a thread that was read for it, without a hole between the answer and what follows. */
@Injectable()
export class ThreadEntry {
  /** Reads under way: a crowd that enters one room closes the same gap. */
  private readonly reads = new Map<string, Promise<Range | undefined>>();

  constructor(
    private readonly database: Database,
    private readonly joined: JoinedThreads,
    private readonly notices: EntryNotices,
  ) {}

  /** The answer to give; it covers everything up to where the room stands now. */
  async enter(socket: ChatSocket, { resume, memberVersion }: OpenedThread): Promise<ThreadResume> {
    const { threadId } = resume;
    const { user, threads } = socket.data.session;
    if (resume.status === 'denied') this.joined.leave(socket, threadId);
    if (resume.status === 'denied' || resume.status === 'pending' || memberVersion === undefined) return resume;
    const { epoch, head, runs } = resume;
    const isNew = !threads.has(threadId);
    const target = { tenantId: user.tenantId, threadId, memberVersion };
    const position = this.joined.join(socket, target, { epoch, head });
    if (position === undefined) return resume;
    this.joined.opened(runs);
    if (isNew) this.notices.entered(socket, threadId);
    if (position.epoch !== epoch) return this.refuse(socket, threadId);
    if (position.last <= head) return resume;
    // Who has more to pull anyway pulls this, too.
    return resume.status === 'delta' && resume.more
      ? { ...resume, head: position.last }
      : this.catchUp(socket, resume, position.last);
  }

  /** The room was given events after the read and before the join: they belong into the answer. */
  private async catchUp(socket: ChatSocket, resume: Opened, last: number): Promise<ThreadResume> {
    const { threadId } = resume;
    const events: LogEvent[] = [];
    let { head } = resume;
    while (head < last) {
      const range = await this.read(threadId, head);
      const next = range?.events.filter(({ seq }) => seq <= last) ?? [];
      if (next.length === 0) return this.refuse(socket, threadId);
      events.push(...next);
      head = next.at(-1)?.seq ?? last;
    }
    return { ...resume, head, events: [...resume.events, ...events] };
  }

  private read(threadId: string, afterSeq: number): Promise<Range | undefined> {
    const key = `${threadId}:${afterSeq.toString()}`;
    const running = this.reads.get(key);
    if (running !== undefined) return running;
    const read = readRange(this.database, { threadId, afterSeq, limit: CATCH_UP_EVENTS }).finally(() => {
      this.reads.delete(key);
    });
    this.reads.set(key, read);
    return read;
  }

  private refuse(socket: ChatSocket, threadId: string): ThreadResume {
    this.joined.leave(socket, threadId);
    return { status: 'pending', threadId, retryAfterMs: RETRY_AFTER_MS };
  }
}
