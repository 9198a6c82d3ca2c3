import { Inject, Injectable } from '@nestjs/common';
import { AppError, type LogEvent, type ThreadCursor, type ThreadResume } from '@holdfast/contracts';
import type { Config } from '@holdfast/config';
import { readRange, ThreadOpener, type OpenedThread } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { CONFIG } from '../config.token.js';
import type { ChatSocket } from '../session/chat-socket.js';
import { JoinedThreads } from './joined-threads.service.js';

type Opened = Extract<ThreadResume, { status: 'delta' | 'reset' }>;

/** Events of one read that closes the way from what an open found to what its room has been given meanwhile. */
const CATCH_UP_EVENTS = 200;
const RETRY_AFTER_MS = 200;

/** Opens threads for sockets, without a hole between the answer and the events that follow it. */
@Injectable()
export class ThreadSessions {
  constructor(
    private readonly opener: ThreadOpener,
    private readonly database: Database,
    private readonly joined: JoinedThreads,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Answers each cursor, in order, and puts the socket into the room of each thread it may read.
   * @throws AppError `limit_exceeded` if the socket would have too many threads open.
   */
  async open(socket: ChatSocket, cursors: readonly ThreadCursor[]): Promise<ThreadResume[]> {
    const { session } = socket.data;
    const requested = cursors.map(({ threadId }) => threadId);
    const limit = this.config.limits.openThreads;
    if (new Set([...session.threads.keys(), ...session.opening, ...requested]).size > limit) {
      throw new AppError('limit_exceeded', `threads: at most ${limit.toString()} may be open on one socket`);
    }
    for (const threadId of requested) session.opening.add(threadId);
    try {
      const opened = await this.opener.open(session.user, cursors);
      return await Promise.all(opened.map((thread) => this.enter(socket, thread)));
    } finally {
      for (const threadId of requested) session.opening.delete(threadId);
    }
  }

  private async enter(socket: ChatSocket, { resume, memberVersion }: OpenedThread): Promise<ThreadResume> {
    const { threadId } = resume;
    if (resume.status === 'denied') this.joined.leave(socket, threadId);
    if (resume.status === 'denied' || resume.status === 'pending' || memberVersion === undefined) return resume;
    const { epoch, head, runs } = resume;
    const target = { tenantId: socket.data.session.user.tenantId, threadId, memberVersion };
    const position = this.joined.join(socket, target, { epoch, head });
    if (position === undefined) return resume;
    this.joined.opened(runs);
    if (position.epoch !== epoch) {
      this.joined.leave(socket, threadId);
      return { status: 'pending', threadId, retryAfterMs: RETRY_AFTER_MS };
    }
    const behind = resume.status === 'delta' && resume.more;
    return position.last > head && !behind ? this.catchUp(resume, position.last) : resume;
  }

  /** The room was given events after the read and before the join: they belong into the answer. */
  private async catchUp(resume: Opened, last: number): Promise<ThreadResume> {
    const { threadId } = resume;
    const events: LogEvent[] = [];
    let head = resume.head;
    while (head < last) {
      const range = await readRange(this.database, { threadId, afterSeq: head, limit: CATCH_UP_EVENTS });
      const next = range?.events.filter(({ seq }) => seq <= last) ?? [];
      if (next.length === 0) return { status: 'pending', threadId, retryAfterMs: RETRY_AFTER_MS };
      events.push(...next);
      head = next.at(-1)?.seq ?? last;
    }
    return { ...resume, head, events: [...resume.events, ...events] };
  }
}
