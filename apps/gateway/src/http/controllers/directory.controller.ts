import { Controller } from '@nestjs/common';
import type { Agent, User } from '@holdfast/contracts';
import { findUsers, listAgents } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { Caller, type RestCaller } from '../access/caller.js';
import { Endpoint } from '../endpoints/endpoint.decorator.js';
import type { EndpointInput } from '../endpoints/endpoints.js';
import { Input } from '../endpoints/input.decorator.js';

/** The people and agents of a tenant. */
@Controller()
export class DirectoryController {
  constructor(private readonly database: Database) {}

  @Endpoint('user.find')
  async find(
    @Caller() { user }: RestCaller,
    @Input() { query }: EndpointInput<'user.find'>,
  ): Promise<{ users: User[] }> {
    return { users: await findUsers(this.database, user, query) };
  }

  @Endpoint('agent.list')
  async agents(@Caller() { user }: RestCaller): Promise<{ agents: Agent[] }> {
    return { agents: await listAgents(this.database, user) };
  }
}
