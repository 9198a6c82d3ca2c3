import type {
  LogEvent,
  Member,
  LogEventDraft,
  Part,
  ServerEvent,
  ServerEventName,
  ThreadSummary,
} from '@holdfast/contracts';
import { appendParts, sliceParts, viewLength } from '../src/wire/parts.js';
import type { Transport, TransportHandlers } from '../src/wire/transport.js';
import type { VirtualClock } from './virtual-clock.js';

export const SELF = '00000000-0000-4000-8000-000000000001';
export const OTHER = '00000000-0000-4000-8000-000000000002';
export const AGENT = '00000000-0000-4000-8000-000000000003';
export const THREAD = '00000000-0000-4000-8000-0000000000aa';

interface FakeRun {
  readonly runId: string;
  attempt: number;
  parts: Part[];
}

interface Peer {
  readonly handlers: TransportHandlers;
  joined: boolean;
  ended: boolean;
}

let ids = 0;

export function uuid(): string {
  ids += 1;
  return `10000000-0000-4000-8000-${ids.toString(16).padStart(12, '0')}`;
}

/** The server's side of the protocol in memory: one thread, a log, runs; and a network that a test can spoil. */
export class FakeServer {
  epoch = '1:1';
  log: LogEvent[] = [];
  readonly runs = new Map<string, FakeRun>();
  readonly commands: string[] = [];
  /** False = the next events are lost on their way. */
  delivers = true;
  /** Answers commands; false = they are swallowed. */
  answers = true;
  accepts = true;
  /** Most events of an open or resume. */
  page = 200;
  readonly sent = new Map<string, { seq: number; eventId: string; at: string }>();
  readonly peers = new Set<Peer>();
  instanceId = 'gateway-1';
  onSend: ((threadId: string) => { code: string; retryable: boolean } | null) | null = null;

  constructor(readonly clock: VirtualClock) {}

  readonly transport: Transport = {
    open: (_token, handlers) => {
      const peer: Peer = { handlers, joined: false, ended: false };
      const end = (reason: string): void => {
        if (peer.ended) return;
        peer.ended = true;
        this.peers.delete(peer);
        this.clock.after(0, () => {
          handlers.onEnd({ kind: 'lost', reason });
        });
      };
      this.clock.after(5, () => {
        if (!this.accepts) {
          end('refused');
          return;
        }
        if (peer.ended) return;
        this.peers.add(peer);
        handlers.onOpen();
        handlers.onEvent('session.ready', this.#ready());
      });
      return {
        send: (name, request, onAck) => {
          this.commands.push(name);
          if (!this.answers || peer.ended) return;
          const answer = this.answer(name, request as never, peer);
          this.clock.after(5, () => {
            if (!peer.ended) onAck(answer);
          });
        },
        close: end,
      };
    },
  };

  /** Cuts every socket. */
  cut(): void {
    for (const peer of [...this.peers]) {
      peer.ended = true;
      this.peers.delete(peer);
      peer.handlers.onEnd({ kind: 'lost', reason: 'cut' });
    }
  }

  emit<N extends ServerEventName>(name: N, payload: ServerEvent<N>, copies = 1): void {
    if (!this.delivers) return;
    for (const peer of [...this.peers]) {
      for (let copy = 0; copy < copies; copy += 1) peer.handlers.onEvent(name, structuredClone(payload));
    }
  }

  append(draft: LogEventDraft, senderId: string | null = OTHER, copies = 1): LogEvent {
    const seq = this.log.length + 1;
    const at = new Date(this.clock.now()).toISOString();
    const event = { seq, id: uuid(), threadId: THREAD, senderId, at, v: 1, ...draft };
    if (draft.type === 'message.deleted') this.#blank(draft.data.messageId);
    this.log.push(event);
    this.emit('events.appended', { threadId: THREAD, epoch: this.epoch, events: [event] }, copies);
    return event;
  }

  say(text: string, copies = 1): LogEvent {
    const body = { parts: [{ type: 'text' as const, text }] };
    return this.append({ type: 'message.sent', data: { clientMessageId: uuid(), body } }, OTHER, copies);
  }

  beacon(): void {
    this.emit('thread.heads', { epoch: this.epoch, heads: { [THREAD]: this.log.length } });
    for (const { runId, attempt, parts } of this.runs.values()) {
      this.emit('run.snapshot', { threadId: THREAD, runId, attempt, off: 0, parts });
    }
  }

  startRun(): string {
    const run: FakeRun = { runId: uuid(), attempt: 1, parts: [] };
    this.runs.set(run.runId, run);
    this.append({ type: 'run.started', data: { runId: run.runId, agentId: AGENT } }, AGENT);
    this.emit('run.attempt', { threadId: THREAD, runId: run.runId, agentId: AGENT, attempt: 1, base: 0 });
    return run.runId;
  }

  chunk(runId: string, text: string): void {
    const run = this.runs.get(runId);
    if (run === undefined) return;
    const off = viewLength(run.parts);
    const parts: Part[] = [{ type: 'text', text }];
    run.parts = appendParts(run.parts, parts) as Part[];
    this.emit('run.chunk', { threadId: THREAD, runId, attempt: run.attempt, off, parts });
  }

  takeOver(runId: string, keeps: boolean): void {
    const run = this.runs.get(runId);
    if (run === undefined) return;
    run.attempt += 1;
    if (!keeps) run.parts = [];
    const base = viewLength(run.parts);
    this.emit('run.attempt', { threadId: THREAD, runId, agentId: AGENT, attempt: run.attempt, base });
  }

  endRun(runId: string): void {
    const run = this.runs.get(runId);
    if (run === undefined) return;
    this.runs.delete(runId);
    const length = viewLength(run.parts);
    const data = { clientMessageId: null, body: { parts: run.parts }, runId, outcome: 'completed' as const };
    const message = length === 0 ? null : this.append({ type: 'message.sent', data }, AGENT);
    const ended = { runId, agentId: AGENT, outcome: 'completed' as const, length, error: null };
    this.append({ type: 'run.ended', data: { ...ended, messageId: message?.id ?? null } }, AGENT);
    this.emit('run.ended', { threadId: THREAD, runId, attempt: run.attempt, length, outcome: 'completed' });
  }

  /** The database went back to an earlier state and goes on under a new epoch. */
  failOver(keep: number): void {
    this.log = this.log.slice(0, keep);
    this.runs.clear();
    for (const [id, { seq }] of this.sent) if (seq > keep) this.sent.delete(id);
    this.epoch = `1:${String(Number(this.epoch.split(':')[1]) + 1)}`;
  }

  answer(name: string, request: Record<string, never>, peer: Peer): unknown {
    switch (name) {
      case 'session.resume': {
        const { threads, runs } = request as unknown as {
          threads: Cursor[];
          runs: { runId: string; attempt: number; off: number }[];
        };
        if (threads.length > 0) peer.joined = true;
        return {
          ok: true,
          threads: threads.map((cursor) => this.#open(cursor)),
          runs: runs.map((run) => this.#follow(run)),
        };
      }
      case 'thread.open':
        peer.joined = true;
        return { ok: true, thread: this.#open(request as unknown as Cursor) };
      case 'run.follow':
        return { ok: true, run: this.#follow(request as unknown as { runId: string; attempt: number; off: number }) };
      case 'events.pull': {
        const { afterSeq, limit } = request as unknown as { afterSeq: number; limit: number };
        return this.#page(this.log.filter(({ seq }) => seq > afterSeq).slice(0, limit));
      }
      case 'thread.history': {
        const { beforeSeq, limit } = request as unknown as { beforeSeq: number; limit: number };
        return this.#page(this.log.filter(({ seq }) => seq < beforeSeq).slice(-limit));
      }
      case 'message.send':
        return this.#take(request as unknown as SendRequest);
      default:
        return { ok: true };
    }
  }

  #page(events: LogEvent[]): unknown {
    return { ok: true, threadId: THREAD, epoch: this.epoch, head: this.log.length, events, more: false };
  }

  #take({ threadId, messages }: SendRequest): unknown {
    const refusal = this.onSend?.(threadId) ?? null;
    if (refusal !== null) return { ok: false, error: { message: 'refused', ...refusal } };
    const results = messages.map(({ clientMessageId, body }) => {
      const before = this.sent.get(clientMessageId);
      if (before !== undefined) return { ok: true, clientMessageId, ...before, duplicate: true };
      const { seq, id, at } = this.append({ type: 'message.sent', data: { clientMessageId, body } }, SELF);
      const kept = { seq, eventId: id, at };
      this.sent.set(clientMessageId, kept);
      return { ok: true, clientMessageId, ...kept, duplicate: false };
    });
    return { ok: true, results };
  }

  #open({ afterSeq, epoch }: Cursor): unknown {
    const head = this.log.length;
    const runs = [...this.runs.values()].map(({ runId, attempt, parts }) => {
      const live = { runId, threadId: THREAD, agentId: AGENT, status: 'running', attempt, off: 0, parts };
      return structuredClone({ ...live, startedAt: '2030-01-01T00:00:00.000Z' });
    });
    const opened = { threadId: THREAD, epoch: this.epoch, head, thread: this.summary(), members: this.members(), runs };
    if (epoch !== this.epoch || afterSeq > head) {
      const events = structuredClone(this.log.slice(-this.page));
      return { status: 'reset', ...opened, events, hasOlder: head > this.page };
    }
    const events = structuredClone(this.log.slice(afterSeq, afterSeq + this.page));
    return { status: 'delta', ...opened, events, more: afterSeq + this.page < head };
  }

  #follow({ runId, attempt, off }: { runId: string; attempt: number; off: number }): unknown {
    const run = this.runs.get(runId);
    if (run === undefined)
      return { status: 'ended', runId, attempt: Math.max(1, attempt), length: 0, outcome: 'completed' };
    if (attempt === run.attempt && off <= viewLength(run.parts)) {
      return { status: 'tail', runId, attempt, off, parts: sliceParts(run.parts, off) };
    }
    return { status: 'snapshot', runId, attempt: run.attempt, off: 0, parts: structuredClone(run.parts) };
  }

  members() {
    const members = new Map([
      [SELF, member(SELF)],
      [AGENT, member(AGENT)],
    ]);
    for (const event of this.log) {
      if (event.type === 'member.added')
        members.set(event.data.userId, { ...member(event.data.userId), ...event.data });
      if (event.type === 'member.removed') members.delete(event.data.userId);
    }
    return [...members.values()];
  }

  summary(): ThreadSummary {
    const renamed = this.log.findLast((event) => event.type === 'thread.renamed');
    return {
      id: THREAD,
      title: renamed?.type === 'thread.renamed' ? renamed.data.title : 'First title',
      agentId: AGENT,
      agentMode: 'every',
      role: 'owner',
      head: this.log.length,
      unread: 0,
      readSeq: 0,
      lastMessage: null,
      archived: false,
      activeRunId: null,
      createdAt: '2030-01-01T00:00:00.000Z',
      activeAt: '2030-01-01T00:00:00.000Z',
    };
  }

  #blank(messageId: string): void {
    this.log = this.log.map((event) => {
      const isIt = event.type === 'message.sent' && event.id === messageId;
      const isEdit = event.type === 'message.edited' && event.data.messageId === messageId;
      return isIt || isEdit ? ({ ...event, data: { ...event.data, body: null } } as LogEvent) : event;
    });
  }

  #ready(): ServerEvent<'session.ready'> {
    const limits = {
      bodyBytes: 32_768,
      messagesPerSend: 50,
      rateMessages: 20,
      rateWindowMs: 10_000,
      rateBurst: 100,
      openThreads: 50,
      frameBytes: 524_288,
      sendBytes: 262_144,
    };
    return {
      protocol: 1,
      minProtocol: 1,
      version: 'test',
      instanceId: this.instanceId,
      epoch: this.epoch,
      user: { id: SELF, name: 'Ada', kind: 'guest' },
      tenant: 'default',
      serverTime: new Date(this.clock.now()).toISOString(),
      expiresAt: '2031-01-01T00:00:00.000Z',
      limits,
    };
  }
}

interface Cursor {
  readonly threadId: string;
  readonly afterSeq: number;
  readonly epoch?: string;
}

interface SendRequest {
  readonly threadId: string;
  readonly messages: { clientMessageId: string; body: { parts: { type: 'text'; text: string }[] } }[];
}

function member(userId: string): Member {
  const joinedAt = '2030-01-01T00:00:00.000Z';
  return { userId, name: userId.slice(-1), kind: 'human', role: 'member', joinedAt };
}
