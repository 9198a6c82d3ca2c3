import { Controller } from '@nestjs/common';
import type { Member } from '@holdfast/contracts';
import { addMember, listMembers, removeMember, type MembersChanged } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { ThreadPublisher } from '../../publish/thread-publisher.service.js';
import { Caller, type RestCaller } from '../access/caller.js';
import { Endpoint } from '../endpoints/endpoint.decorator.js';
import type { EndpointInput } from '../endpoints/endpoints.js';
import { Input } from '../endpoints/input.decorator.js';

interface Members {
  readonly members: Member[];
}

/** Who takes part in a conversation. */
@Controller()
export class MemberController {
  constructor(
    private readonly database: Database,
    private readonly publisher: ThreadPublisher,
  ) {}

  @Endpoint('member.list')
  async list(@Caller() { user }: RestCaller, @Input() { params }: EndpointInput<'member.list'>): Promise<Members> {
    return { members: await listMembers(this.database, user, params.threadId) };
  }

  @Endpoint('member.add')
  async add(@Caller() { user }: RestCaller, @Input() { params, body }: EndpointInput<'member.add'>): Promise<Members> {
    const { threadId } = params;
    this.tell(await addMember(this.database, user, { threadId, userId: body.userId }));
    return { members: await listMembers(this.database, user, threadId) };
  }

  @Endpoint('member.remove')
  async remove(@Caller() { user }: RestCaller, @Input() { params }: EndpointInput<'member.remove'>): Promise<void> {
    this.tell(await removeMember(this.database, user, params));
  }

  private tell({ changed, published }: MembersChanged): void {
    if (!changed) return;
    this.publisher.publish(published);
    this.publisher.membersChanged(published.threadId);
  }
}
