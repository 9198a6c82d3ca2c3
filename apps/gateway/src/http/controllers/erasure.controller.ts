import { Controller } from '@nestjs/common';
import { eraseUser, type ErasedUser } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { UserDirectory } from '../../auth/user-directory.service.js';
import { ThreadPublisher } from '../../publish/thread-publisher.service.js';
import { Caller, type RestCaller } from '../access/caller.js';
import { Endpoint } from '../endpoints/endpoint.decorator.js';
import type { EndpointInput } from '../endpoints/endpoints.js';
import { Input } from '../endpoints/input.decorator.js';
import { SessionEnder } from '../erasure/session-ender.service.js';

/** The right to be forgotten. */
@Controller()
export class ErasureController {
  constructor(
    private readonly database: Database,
    private readonly publisher: ThreadPublisher,
    private readonly users: UserDirectory,
    private readonly sessions: SessionEnder,
  ) {}

  @Endpoint('user.erase')
  async erase(@Caller() { user }: RestCaller, @Input() { params }: EndpointInput<'user.erase'>): Promise<ErasedUser> {
    const { userId } = params;
    const erased = await eraseUser(this.database, user, {
      userId,
      onPublished: (published) => {
        this.publisher.publish(published);
        this.publisher.membersChanged(published.threadId);
      },
    });
    this.users.forget(userId);
    this.sessions.end({ tenantId: user.tenantId, userId });
    return erased;
  }
}
