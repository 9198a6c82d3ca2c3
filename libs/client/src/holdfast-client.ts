import {
  AppError,
  type AgentMode,
  type RunRetryMode,
  type SendBody,
  type ThreadPatch,
  type ThreadSummary,
} from '@holdfast/contracts';
import { CacheKeeper } from './cache/cache-keeper.js';
import type { CachedThread, ThreadCache } from './cache/thread-cache.port.js';
import { Connection, type TokenProvider } from './connection/connection.js';
import { isServing } from './connection/connection-state.js';
import type { Ready, Session } from './connection/session.js';
import { whenServing } from './connection/when-serving.js';
import { Drafts, type TextStorage } from './drafts/drafts.js';
import type { ErrorReporter } from './errors/error-reporter.js';
import { Inbox } from './inbox/inbox.js';
import { memoryOutboxStorage } from './outbox/outbox-storage.memory.js';
import type { OutboxStorage } from './outbox/outbox-storage.port.js';
import { Outbox } from './outbox/outbox.js';
import { Api } from './rest/api.js';
import { RestClient } from './rest/rest-client.js';
import { systemClock, type Clock } from './support/clock.js';
import { toAppError } from './support/errors.js';
import { newId } from './support/new-id.js';
import { browserSignals, type Signals } from './support/signals.js';
import { soleTab, type Tabs } from './tabs/tabs.js';
import type { SendCommand } from './thread/command-port.js';
import { ReadMarker } from './thread/read-marker.js';
import type { ThreadState } from './thread/thread-state.js';
import { Threads } from './thread/threads.js';
import { echoKey } from './thread/timeline.js';
import { Diagnostics } from './wire/diagnostics.js';
import type { IncomingEvent } from './wire/schemas.js';
import type { Transport } from './wire/transport.js';
import { rotatingTransport } from './wire/transport.rotating.js';
import { socketIoTransport } from './wire/transport.socketio.js';

export interface HoldfastClientOptions {
  /** Origin of the gateway, or several in order of preference; empty or absent = the page's own. */
  readonly url?: string | readonly string[];
  readonly token: TokenProvider;
  /** Whose words these are: keeps drafts of different people apart. */
  readonly identity: { readonly tenant: string; readonly userId: string };
  /** Where drafts are kept; absent = in memory. */
  readonly draftStorage?: TextStorage;
  /** Where unsent messages are kept; absent = in memory. */
  readonly outboxStorage?: OutboxStorage;
  /** Where conversations are kept for reading before the server answers, or without it; absent = nowhere. */
  readonly cache?: ThreadCache;
  /** The pages of the same person in this browser, which share one socket; absent = each for itself. */
  readonly tabs?: Tabs;
  /** Told what goes on, so that a report of a fault can say so. */
  readonly reporter?: ErrorReporter;
  /** Replaced in tests. */
  readonly transport?: (url: string) => Transport;
  readonly clock?: Clock;
  readonly signals?: Signals;
  readonly random?: () => number;
  readonly fetch?: typeof fetch;
}

export interface NewThread {
  readonly title: string;
  readonly agentId?: string | null;
  readonly agentMode?: AgentMode;
  readonly memberIds?: string[];
}

const RESUME_MS = 10_000;
/** Who asks for a thread waits so long for a connection. */
const CREATE_WAIT_MS = 10_000;

/** One signed-in person's Holdfast: connection, threads, messages on their way, and the REST API. */
export class HoldfastClient {
  readonly identity: HoldfastClientOptions['identity'];
  readonly connection: Connection;
  readonly threads: Threads;
  readonly outbox: Outbox;
  readonly inbox: Inbox;
  readonly drafts: Drafts;
  readonly api: Api;
  readonly diagnostics = new Diagnostics();
  readonly #clock: Clock;
  readonly #tabs: Tabs;
  readonly #cache: ThreadCache | null;
  readonly #keeper: CacheKeeper | null;
  readonly #marker: ReadMarker;
  readonly #command: SendCommand;

  constructor(options: HoldfastClientOptions) {
    const clock = options.clock ?? systemClock;
    const random = options.random ?? Math.random;
    const endpoints = typeof options.url === 'object' ? options.url : [options.url ?? ''];
    const tabs = options.tabs ?? soleTab();
    const signals = options.signals ?? browserSignals();
    this.#clock = clock;
    this.#tabs = tabs;
    const transport = rotatingTransport(endpoints, options.transport ?? socketIoTransport);
    this.identity = options.identity;
    this.connection = new Connection({
      transport: tabs.share(transport),
      token: options.token,
      clock,
      random,
      signals: {
        ...signals,
        onWake: (listener) => {
          const ends = [signals.onWake(listener), tabs.onWake(listener)];
          return () => {
            for (const end of ends) end();
          };
        },
      },
      diagnostics: this.diagnostics,
      sync: (session) => this.#sync(session),
      onEvent: (event) => {
        this.#receive(event);
      },
    });
    this.#command = (name, request, timeoutMs) => this.connection.command(name, request, timeoutMs);
    const serving = (): boolean => isServing(this.connection.getSnapshot());
    const onChange = (thread: ThreadState): void => {
      this.#onThread(thread);
    };
    const { cache = null } = options;
    this.#cache = cache;
    this.#keeper = cache === null ? null : new CacheKeeper(cache, clock);
    const cached = (threadId: string): Promise<CachedThread | null> => cache?.load(threadId) ?? Promise.resolve(null);
    this.threads = new Threads({ clock, command: this.#command, serving, onChange, cached });
    this.#marker = new ReadMarker(clock, this.#command);
    this.outbox = new Outbox({
      clock,
      random,
      storage: options.outboxStorage ?? memoryOutboxStorage(),
      leads: tabs.leads,
      command: this.#command,
      serving,
      limits: () => this.ready?.limits ?? null,
      onSent: (threadId, { seq, runId }) => {
        this.threads.peek(threadId)?.onAcknowledged(seq, runId);
      },
      awaitsEcho: (threadId) => this.threads.peek(threadId)?.getSnapshot().access === 'open',
    });
    const rest = new RestClient({
      url: () => transport.endpoint(),
      token: () => options.token('connect'),
      fetch: options.fetch ?? ((input, init) => fetch(input, init)),
      onTrace: (traceId) => {
        this.diagnostics.traced(traceId);
      },
    });
    this.api = new Api(rest);
    this.inbox = new Inbox({ clock, api: this.api });
    this.inbox.subscribe(() => {
      const { status, threads } = this.inbox.getSnapshot();
      if (status === 'ready') this.#keeper?.onList(threads);
    });
    this.drafts = new Drafts(options.draftStorage ?? null, `${options.identity.tenant}.${options.identity.userId}`);
    this.connection.subscribe(() => {
      this.#onConnection();
      options.reporter?.note('connection', this.connection.getSnapshot().status);
    });
    options.reporter?.setContext(() => {
      const shown = this.threads.current()?.getSnapshot();
      const traceId = this.diagnostics.lastTraceId;
      return {
        connection: this.connection.getSnapshot().status,
        outboxSize: this.outbox.getSnapshot().length,
        threadId: shown?.threadId ?? null,
        lastSeq: shown?.log.last ?? null,
        ...(traceId === null ? {} : { traceId }),
      };
    });
  }

  /** What the server told at the last handshake; null before the first. */
  get ready(): Ready | null {
    return this.connection.ready.getSnapshot();
  }

  /** Connects, restores the outbox and fetches the list of threads. */
  start(): void {
    this.#tabs.start();
    void this.#restoreList();
    this.connection.start();
    this.inbox.start();
    this.outbox.start();
  }

  /** Disconnects and ends all timers; {@link HoldfastClient.start} begins again. */
  stop(): void {
    this.connection.stop();
    this.inbox.stop();
    this.outbox.stop();
    this.#tabs.stop();
    this.#keeper?.flush();
    this.#marker.stop();
  }

  /** Forgets what was fetched and fetches it anew; what waits to be sent, and drafts, are kept. */
  rebuild(): void {
    this.threads.clear();
    void this.#cache?.clear().catch(() => undefined);
    this.inbox.start();
    this.connection.retryNow();
  }

  /** Removes from this device what was read; what waits to be sent stays for the same person's return. */
  async forget(): Promise<void> {
    this.stop();
    await this.#cache?.clear();
  }

  /** Keeps a thread open and up to date until the returned function is called. */
  openThread(threadId: string): () => void {
    return this.threads.use(threadId);
  }

  /** Queues a message and returns its client message id; see {@link HoldfastClient.outbox} for what becomes of it. */
  send(threadId: string, text: string): string {
    const body: SendBody = { parts: [{ type: 'text', text }] };
    return this.outbox.add(threadId, body);
  }

  /**
   * Creates a thread, as soon as there is a connection. A try whose outcome is unknown is repeated once with the same id.
   */
  async createThread(thread: NewThread): Promise<ThreadSummary> {
    const threadId = newId();
    const create = async (): Promise<ThreadSummary> =>
      (await this.#command('thread.create', { ...thread, threadId })).thread;
    await whenServing(this.connection, this.#clock, CREATE_WAIT_MS);
    const created = await create().catch((fault: unknown) => {
      if (!toAppError(fault).retryable || !isServing(this.connection.getSnapshot())) throw fault;
      return create();
    });
    this.inbox.put(created);
    return created;
  }

  /** Renames, archives, or chooses the agent and when it answers. */
  async updateThread(threadId: string, patch: ThreadPatch): Promise<ThreadSummary> {
    const thread = await this.api.updateThread(threadId, patch);
    if (thread.archived) this.inbox.drop(threadId);
    else this.inbox.put(thread);
    // The agent's settings are not in the log: an open thread asks for them.
    if (this.threads.peek(threadId) !== undefined) this.threads.reopen(threadId);
    return thread;
  }

  /** Changes an own message. Rejects with `conflict` if it was changed elsewhere meanwhile. */
  async editMessage(message: { threadId: string; id: string; revision: number }, text: string): Promise<void> {
    const { threadId, id: messageId, revision: ifRevision } = message;
    const body: SendBody = { parts: [{ type: 'text', text }] };
    await this.#command('message.edit', { threadId, messageId, ifRevision, commandId: newId(), body });
  }

  async deleteMessage(message: { threadId: string; id: string; revision: number }): Promise<void> {
    const { threadId, id: messageId, revision: ifRevision } = message;
    await this.#command('message.delete', { threadId, messageId, ifRevision, commandId: newId() });
  }

  /** Stops a run; its text so far stays. Safe to repeat. */
  async cancelRun(runId: string): Promise<void> {
    await this.#command('run.cancel', { runId });
  }

  /** Answers the same question again, or goes on with the answer that was interrupted. */
  async retryRun(threadId: string, runId: string, mode: RunRetryMode): Promise<void> {
    const reply = await this.#command('run.retry', { runId, mode, commandId: newId() });
    this.threads.peek(threadId)?.onAcknowledged(0, reply.runId);
  }

  /** The person has read up to here. */
  markRead(threadId: string, seq: number): void {
    this.inbox.onRead(threadId, seq);
    this.#marker.mark(threadId, seq);
  }

  /** Tells the others that the person types, or stopped. Best effort. */
  setTyping(threadId: string, typing: boolean): void {
    this.#command('typing.set', { threadId, typing }).catch(() => undefined);
  }

  /** Which members of a thread are connected now. */
  async presence(threadId: string): Promise<readonly string[]> {
    return (await this.#command('presence.get', { threadId })).online;
  }

  async #sync({ link }: Session): Promise<void> {
    const { request, done } = this.threads.resume();
    if (request.threads.length === 0) {
      done(null);
      return;
    }
    try {
      done(await link.command('session.resume', request, RESUME_MS));
    } catch (fault) {
      done(null);
      throw fault instanceof AppError ? fault : toAppError(fault);
    }
  }

  #receive(event: IncomingEvent): void {
    if (event.name === 'events.appended') {
      const unknown = event.payload.events.filter(({ type }) => type === 'unknown').length;
      if (unknown > 0) this.diagnostics.count('unknownLogEvents', unknown);
    }
    if (event.name === 'inbox.updated') this.inbox.onHint(event.payload);
    this.threads.route(event);
  }

  #onConnection(): void {
    if (this.connection.getSnapshot().status !== 'live') return;
    this.outbox.flush();
    this.#marker.flush();
    this.inbox.start();
  }

  async #restoreList(): Promise<void> {
    try {
      this.inbox.restore((await this.#cache?.loadList()) ?? []);
    } catch {
      // Nothing depends on it.
    }
  }

  #onThread(thread: ThreadState): void {
    this.inbox.onThread(thread);
    this.#keeper?.onThread(thread);
    if (thread.access !== 'open') return;
    const { base, last, head } = thread.log;
    const { echoes } = thread.timeline;
    const holds = (clientMessageId: string): boolean => echoes.has(echoKey(this.identity.userId, clientMessageId));
    this.outbox.reconcile({ threadId: thread.threadId, base, last, head, holds });
  }
}
