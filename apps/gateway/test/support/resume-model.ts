import { setImmediate as turn } from 'node:timers/promises';
import type { LogEvent, ServerEvent, ThreadResume } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';
import { ThreadGate, threadRoom, type Appended, type ThreadTarget } from '@holdfast/scaling';
import { RunProgress } from '../../src/run/run-progress.service.js';
import type { ChatSocket } from '../../src/session/chat-socket.js';
import type { EntryNotices } from '../../src/thread/entry-notices.service.js';
import { JoinedThreads } from '../../src/thread/joined-threads.service.js';
import { ThreadEntry } from '../../src/thread/thread-entry.service.js';
import { ThreadMemberships } from '../../src/thread/thread-memberships.service.js';

const TENANT = 'acme';
const THREAD = '00000000-0000-4000-8000-000000000001';
const EPOCH = 'one';
/** Events of one answer; small, so that stories reach its end. */
const PAGE = 3;

/** A client that holds live events back while it resumes, as the protocol asks. */
export class ResumingClient {
  readonly seen: number[] = [];
  readonly faults: string[] = [];
  isMember = true;
  removedAt = Infinity;
  /** It resumes, or has to. */
  busy = true;
  private readonly held: Appended[] = [];

  constructor(readonly userId: string) {}

  get last(): number {
    return this.seen.at(-1) ?? 0;
  }

  receive(name: string, payload: unknown): void {
    if (name === 'thread.closed') this.busy = true;
    if (name !== 'events.appended') return;
    if (this.busy) this.held.push(payload as ServerEvent<'events.appended'>);
    else this.take((payload as Appended).events);
  }

  /** Its answer is complete: what was held back continues it. */
  live(): void {
    this.busy = false;
    for (const { events } of this.held.splice(0)) this.take(events);
  }

  take(events: readonly LogEvent[]): void {
    for (const { seq } of events) {
      if (seq >= this.removedAt) this.faults.push(`saw ${String(seq)} after its removal`);
      if (seq <= this.last) continue;
      if (seq !== this.last + 1) this.faults.push(`a hole: ${String(seq)} after ${String(this.last)}`);
      this.seen.push(seq);
    }
  }
}

/** Postgres that answers when told, one gateway's resume path as it is, and the hints of others. */
export class ResumeModel {
  readonly clients: ResumingClient[] = [];
  private readonly sockets = new Map<ResumingClient, ChatSocket>();
  private readonly rooms = new Map<string, Set<ChatSocket>>();
  private readonly questions: (() => void)[] = [];
  private timers: { due: number; fn: () => void }[] = [];
  private readonly network: { target: ThreadTarget; payload: Appended }[] = [];
  private now = 0;
  private head = 0;
  private version = 0;
  private readonly gate: ThreadGate;
  private readonly joined: JoinedThreads;
  private readonly entry: ThreadEntry;
  private readonly memberships: ThreadMemberships;

  constructor() {
    const database = this.database();
    this.gate = new ThreadGate({
      pull: (_, afterSeq) => this.ask(() => ({ epoch: EPOCH, head: this.head, events: this.range(afterSeq, PAGE) })),
      schedule: (ms, fn) => this.schedule(ms, fn),
      onStale: () => void this.poll(),
    });
    this.gate.attach((target, payload) => {
      for (const socket of this.rooms.get(threadRoom(target)) ?? []) socket.emit('events.appended', payload);
    });
    this.joined = new JoinedThreads(this.gate, new RunProgress());
    const notices = { entered: () => undefined } as unknown as EntryNotices;
    this.entry = new ThreadEntry(database, this.joined, notices);
    this.memberships = new ThreadMemberships(database, this.joined, this.gate);
  }

  append(count: number): void {
    const from = this.head;
    this.head += count;
    this.network.push({ target: this.target(), payload: { threadId: THREAD, epoch: EPOCH, events: this.range(from) } });
  }

  hint(pick: number, isLost: boolean): void {
    const [hint] = this.network.splice(pick % Math.max(1, this.network.length), 1);
    if (hint !== undefined && !isLost) this.gate.receive(hint.target, hint.payload);
  }

  remove(pick: number): void {
    const members = this.clients.filter(({ isMember }) => isMember);
    const client = members[pick % Math.max(1, members.length)];
    if (client === undefined) return;
    client.isMember = false;
    client.removedAt = this.head + 1;
    this.version += 1;
    this.append(1);
  }

  /** A client that was away comes with what it holds. */
  arrive(): void {
    const client = new ResumingClient(`user-${String(this.clients.length)}`);
    this.clients.push(client);
    this.connect(client);
  }

  /** A connection breaks and comes back; answers under way are lost with it. */
  reconnect(pick: number): void {
    const client = this.clients[pick % Math.max(1, this.clients.length)];
    const socket = client === undefined ? undefined : this.sockets.get(client);
    if (client === undefined || socket === undefined) return;
    (socket as { connected: boolean }).connected = false;
    this.joined.leaveAll(socket);
    this.connect(client);
  }

  /** Postgres answers one of the questions under way. */
  async answer(pick: number): Promise<void> {
    const [answer] = this.questions.splice(pick % Math.max(1, this.questions.length), 1);
    answer?.();
    await turn();
  }

  async pass(ms: number): Promise<void> {
    this.now += ms;
    const due = this.timers.filter((timer) => timer.due <= this.now);
    this.timers = this.timers.filter((timer) => timer.due > this.now);
    for (const { fn } of due) fn();
    await turn();
  }

  async poll(): Promise<void> {
    const thread = this.joined.get(THREAD);
    if (thread === undefined) return;
    const [target, position] = await this.ask(() => [this.target(), { epoch: EPOCH, head: this.head }] as const);
    await this.memberships.align(thread, target, position);
    this.gate.track(target, position);
  }

  /** Quiet: hints arrive, polls run, Postgres answers. */
  async settle(): Promise<void> {
    while (this.network.length > 0) this.hint(0, false);
    for (let round = 0; round < 40; round += 1) {
      void this.poll();
      while (this.questions.length > 0) await this.answer(0);
      await this.pass(500);
      while (this.questions.length > 0) await this.answer(0);
    }
  }

  get truth(): number[] {
    return Array.from({ length: this.head }, (_, index) => index + 1);
  }

  private connect(client: ResumingClient): void {
    client.busy = true;
    const rooms = this.rooms;
    const socket = {
      connected: true,
      data: {
        session: { user: { tenantId: TENANT, userId: client.userId }, threads: new Map<string, ThreadTarget>() },
      },
      join: (room: string) => {
        if (!rooms.has(room)) {
          rooms.set(room, new Set());
          this.gate.opened(this.targetOf(room));
        }
        rooms.get(room)?.add(socket);
      },
      leave: (room: string) => {
        const members = rooms.get(room);
        if (members?.delete(socket) !== true || members.size > 0) return;
        rooms.delete(room);
        this.gate.closed(this.targetOf(room));
      },
      emit: (name: string, payload: unknown) => {
        if (this.sockets.get(client) === socket) client.receive(name, payload);
      },
    } as unknown as ChatSocket;
    this.sockets.set(client, socket);
    void this.resume(client, socket);
  }

  private async resume(client: ResumingClient, socket: ChatSocket): Promise<void> {
    const isCurrent = () => this.sockets.get(client) === socket;
    for (;;) {
      const opened = await this.ask(() => this.open(client));
      const answer = await this.entry.enter(socket, opened);
      if (!isCurrent() || answer.status === 'denied') return;
      if (answer.status === 'pending') continue;
      client.take(answer.events);
      while (client.last < answer.head) {
        const page = await this.ask(() => (client.isMember ? this.range(client.last, PAGE) : undefined));
        if (!isCurrent() || page === undefined) return;
        client.take(page);
      }
      client.live();
      return;
    }
  }

  /** One snapshot: authorisation, head, events. */
  private open(client: ResumingClient): { resume: ThreadResume; memberVersion?: number } {
    if (!client.isMember) return { resume: { status: 'denied', threadId: THREAD } };
    const events = this.range(client.last, PAGE);
    const more = (events.at(-1)?.seq ?? client.last) < this.head;
    const resume = {
      status: 'delta',
      threadId: THREAD,
      epoch: EPOCH,
      head: this.head,
      events,
      more,
      runs: [],
      members: [],
    };
    return { resume: resume as unknown as ThreadResume, memberVersion: this.version };
  }

  private range(after: number, limit = Infinity): LogEvent[] {
    const length = Math.max(0, Math.min(this.head - after, limit));
    return Array.from({ length }, (_, index) => ({ seq: after + index + 1 }) as LogEvent);
  }

  private target(memberVersion = this.version): ThreadTarget {
    return { tenantId: TENANT, threadId: THREAD, memberVersion };
  }

  private targetOf(room: string): ThreadTarget {
    return this.target(Number(room.slice(room.lastIndexOf(':') + 1)));
  }

  private schedule(ms: number, fn: () => void): () => void {
    const timer = { due: this.now + ms, fn };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  /** Reads at one moment and answers at a later one; anything may happen before, between and after. */
  private ask<T>(read: () => T): Promise<T> {
    return new Promise((resolve) => {
      this.questions.push(() => {
        const value = read();
        this.questions.push(() => {
          resolve(value);
        });
      });
    });
  }

  private database(): Database {
    const rows = (after: number) =>
      this.range(after, PAGE).map(({ seq }) => ({
        ...{ tenant_id: TENANT, thread_id: THREAD, member_version: this.version, head: this.head },
        ...{ seq, id: '', type: 'thread.renamed', sender_id: null, data: {}, v: 1, at: new Date(0) },
      }));
    return {
      read: (_: unknown, [, after]: [string, number]) => this.ask(() => ({ epoch: EPOCH, rows: rows(after) })),
      query: () =>
        this.ask(() => {
          const ids = this.clients.filter(({ isMember }) => isMember).map(({ userId }) => userId);
          return [{ member_version: this.version, deleted: false, ids }];
        }),
    } as unknown as Database;
  }
}
