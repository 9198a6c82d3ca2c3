import {
  AgentList,
  GuestReply,
  MeReply,
  MemberList,
  SearchPage,
  SystemStatus,
  ThreadPage,
  ThreadReply,
  UserList,
  type Agent,
  type Member,
  type ThreadPatch,
  type ThreadSummary,
  type User,
} from '@holdfast/contracts';
import type { RestClient } from './rest-client.js';

/** The REST endpoints that a chat page needs. Each rejects with an `AppError`. */
export class Api {
  readonly #rest: RestClient;

  constructor(rest: RestClient) {
    this.#rest = rest;
  }

  /** Becomes a guest of the default tenant. */
  guest(name: string): Promise<GuestReply> {
    return this.#rest.request('/api/auth/guest', { method: 'POST', body: { name }, reply: GuestReply });
  }

  /** A fresh token for the same guest. */
  renewGuest(): Promise<GuestReply> {
    return this.#rest.request('/api/auth/renew', { method: 'POST', reply: GuestReply });
  }

  /** Who the token speaks for. */
  me(): Promise<MeReply> {
    return this.#rest.request('/api/me', { reply: MeReply });
  }

  /** A page of the own threads, most recently active first. */
  threads(options: { cursor?: string; archived?: boolean } = {}): Promise<ThreadPage> {
    return this.#rest.request('/api/threads', { query: { limit: 50, ...options }, reply: ThreadPage });
  }

  async thread(threadId: string): Promise<ThreadSummary> {
    return (await this.#rest.request(`/api/threads/${threadId}`, { reply: ThreadReply })).thread;
  }

  async updateThread(threadId: string, patch: ThreadPatch): Promise<ThreadSummary> {
    const request = { method: 'PATCH', body: patch, reply: ThreadReply } as const;
    return (await this.#rest.request(`/api/threads/${threadId}`, request)).thread;
  }

  async deleteThread(threadId: string): Promise<void> {
    await this.#rest.request(`/api/threads/${threadId}`, { method: 'DELETE' });
  }

  async addMember(threadId: string, userId: string): Promise<readonly Member[]> {
    const request = { method: 'POST', body: { userId }, reply: MemberList } as const;
    return (await this.#rest.request(`/api/threads/${threadId}/members`, request)).members;
  }

  /** Removes someone, or leaves with the own id. */
  async removeMember(threadId: string, userId: string): Promise<void> {
    await this.#rest.request(`/api/threads/${threadId}/members/${userId}`, { method: 'DELETE' });
  }

  /** People of the tenant whose name contains the text. */
  async users(q: string): Promise<readonly User[]> {
    return (await this.#rest.request('/api/users', { query: { q, limit: 20 }, reply: UserList })).users;
  }

  async agents(): Promise<readonly Agent[]> {
    return (await this.#rest.request('/api/agents', { reply: AgentList })).agents;
  }

  /** Full-text search in the own threads. */
  search(q: string, cursor?: string): Promise<SearchPage> {
    return this.#rest.request('/api/search', { query: { q, cursor, limit: 20 }, reply: SearchPage });
  }

  /** The running instances. */
  systemStatus(): Promise<SystemStatus> {
    return this.#rest.request('/api/system/status', { reply: SystemStatus });
  }
}
