import { Inject, Injectable } from '@nestjs/common';
import { AppError, type ThreadCursor, type ThreadResume } from '@holdfast/contracts';
import { ThreadOpener, type OpenedThread } from '@holdfast/conversation';
import { GATEWAY_SELF, type GatewaySelf } from '../gateway-self.js';
import type { ChatSocket } from '../session/chat-socket.js';
import { resumeSize } from './resume-size.js';
import { assertOnce } from '../validation/assert-once.js';
import { ThreadEntry } from './thread-entry.service.js';

/** What one answer carries at most, roughly, in bytes: it has to fit a slow line well within the outbound limit. */
const MAX_ANSWER_BYTES = 1_048_576;
const RETRY_AFTER_MS = 50;

/** Opens threads for sockets. */
@Injectable()
export class ThreadSessions {
  constructor(
    private readonly opener: ThreadOpener,
    private readonly entry: ThreadEntry,
    @Inject(GATEWAY_SELF) private readonly self: GatewaySelf,
  ) {}

  /**
   * Answers each cursor, in order, and puts the socket into the room of each thread it may read. What does not fit the
   * answer is `pending`: the client asks again for it.
   * @throws AppError `limit_exceeded` if the socket would have too many threads open, `invalid` if one is named twice.
   */
  async open(socket: ChatSocket, cursors: readonly ThreadCursor[]): Promise<ThreadResume[]> {
    const { session } = socket.data;
    const requested = cursors.map(({ threadId }) => threadId);
    assertOnce('threads', requested);
    const limit = this.self.limits.openThreads;
    if (new Set([...session.threads.keys(), ...session.opening, ...requested]).size > limit) {
      throw new AppError('limit_exceeded', `threads: at most ${limit.toString()} may be open on one socket`);
    }
    for (const threadId of requested) session.opening.add(threadId);
    try {
      const opened = await this.opener.open(session.user, cursors);
      return await Promise.all(fitting(opened).map((thread) => this.entry.enter(socket, thread)));
    } finally {
      for (const threadId of requested) session.opening.delete(threadId);
    }
  }
}

function fitting(opened: readonly OpenedThread[]): OpenedThread[] {
  let bytes = 0;
  return opened.map((thread) => {
    const before = bytes;
    bytes += resumeSize(thread.resume);
    if (before === 0 || bytes <= MAX_ANSWER_BYTES) return thread;
    const { threadId } = thread.resume;
    return { resume: { status: 'pending', threadId, retryAfterMs: RETRY_AFTER_MS } };
  });
}
