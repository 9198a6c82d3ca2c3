import { Controller } from '@nestjs/common';
import type { RpcRequest } from '@holdfast/contracts';
import { HintHandler } from '@holdfast/redis';
import { RecheckQueue } from './recheck-queue.service.js';

/** Takes the hint that a thread's members changed; the poll alone decides what follows. */
@Controller()
export class MembersHintController {
  constructor(private readonly rechecks: RecheckQueue) {}

  @HintHandler('thread.members_changed')
  changed({ threadId }: RpcRequest<'thread.members_changed'>): void {
    this.rechecks.request(threadId);
  }
}
