import { Injectable } from '@nestjs/common';
import type { ServerEvent } from '@holdfast/contracts';
import { FanOut, type ThreadTarget } from '@holdfast/scaling';
import { JoinedThreads } from '../thread/joined-threads.service.js';

type CourtesyEvent = 'typing.changed' | 'presence.changed' | 'read.marked';

/**
 * Sockets of this gateway in a thread above which its people are not told of each other's comings, typing and reading:
 * each of n people telling n others is n², and a crowd that returns at once would drown the messages.
 */
const MAX_AUDIENCE = 100;

/** Tells the people in a thread about each other. Nothing depends on it. */
@Injectable()
export class Courtesy {
  constructor(
    private readonly fanOut: FanOut,
    private readonly joined: JoinedThreads,
  ) {}

  tell<N extends CourtesyEvent>(target: ThreadTarget, event: N, payload: ServerEvent<N>): void {
    if ((this.joined.get(target.threadId)?.sockets.size ?? 0) > MAX_AUDIENCE) return;
    this.fanOut.toThread(target, event, payload);
  }
}
