import { Controller } from '@nestjs/common';
import type { ThreadPage, ThreadReply } from '@holdfast/contracts';
import { createThread, deleteThread, getThread, listThreads, updateThread } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { v7 as uuidv7 } from 'uuid';
import { InboxNotifier } from '../../publish/inbox-notifier.service.js';
import { ThreadPublisher } from '../../publish/thread-publisher.service.js';
import { Caller, type RestCaller } from '../access/caller.js';
import { Endpoint } from '../endpoints/endpoint.decorator.js';
import type { EndpointInput } from '../endpoints/endpoints.js';
import { Input } from '../endpoints/input.decorator.js';

/** Conversations: list, create, change, delete. */
@Controller()
export class ThreadController {
  constructor(
    private readonly database: Database,
    private readonly publisher: ThreadPublisher,
    private readonly inbox: InboxNotifier,
  ) {}

  @Endpoint('thread.list')
  list(@Caller() { user }: RestCaller, @Input() { query }: EndpointInput<'thread.list'>): Promise<ThreadPage> {
    return listThreads(this.database, user, query);
  }

  @Endpoint('thread.create')
  async create(
    @Caller() { user }: RestCaller,
    @Input() { body }: EndpointInput<'thread.create'>,
  ): Promise<ThreadReply> {
    const { threadId = uuidv7(), ...wanted } = body;
    const { thread, published } = await createThread(this.database, user, { threadId, ...wanted });
    this.publisher.publish(published);
    return { thread };
  }

  @Endpoint('thread.get')
  async get(@Caller() { user }: RestCaller, @Input() { params }: EndpointInput<'thread.get'>): Promise<ThreadReply> {
    return { thread: await getThread(this.database, user, params.threadId) };
  }

  @Endpoint('thread.update')
  async update(
    @Caller() { user }: RestCaller,
    @Input() { params, body }: EndpointInput<'thread.update'>,
  ): Promise<ThreadReply> {
    const { threadId } = params;
    const { thread, published } = await updateThread(this.database, user, { threadId, change: body });
    this.publisher.publish(published);
    // Another agent is another set of members: open sockets have to change rooms.
    if (published.events.some(({ type }) => type === 'member.added')) this.publisher.membersChanged(threadId);
    return { thread };
  }

  @Endpoint('thread.delete')
  async delete(@Caller() { user }: RestCaller, @Input() { params }: EndpointInput<'thread.delete'>): Promise<void> {
    const { threadId } = params;
    const { deleted, memberIds } = await deleteThread(this.database, user, threadId);
    if (!deleted) return;
    this.publisher.membersChanged(threadId);
    for (const userId of memberIds) this.inbox.tell({ tenantId: user.tenantId, userId }, threadId, 0, 'removed');
  }
}
