import type { CommandRequest } from '@holdfast/contracts';
import type { CachedThread } from '../cache/thread-cache.port.js';
import type { Cancel } from '../support/clock.js';
import type { IncomingEvent, Reply } from '../wire/schemas.js';
import type { ThreadState } from './thread-state.js';
import { ThreadSession, type ThreadSessionOptions } from './thread-session.js';

export interface ThreadsOptions extends ThreadSessionOptions {
  /** A thread changed. */
  readonly onChange: (thread: ThreadState) => void;
  /** What the device kept of a thread, or null. */
  readonly cached: (threadId: string) => Promise<CachedThread | null>;
}

interface Entry {
  readonly session: ThreadSession;
  users: number;
  linger: Cancel | null;
  open: boolean;
}

/** How long a thread that nobody looks at stays joined: going back to it is instant. */
const LINGER_MS = 60_000;
/** Threads that are kept in memory; the ones unused for longest go first. */
const MAX_CACHED = 30;

/** All threads of this client: opens those in use, routes events to them and resumes them together. */
export class Threads {
  readonly #options: ThreadsOptions;
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();

  constructor(options: ThreadsOptions) {
    this.#options = options;
  }

  /** The thread's session, made if unknown. It is not opened by this. */
  get(threadId: string): ThreadSession {
    return this.#entry(threadId).session;
  }

  /** The session if the thread is held already. */
  peek(threadId: string): ThreadSession | undefined {
    return this.#entries.get(threadId)?.session;
  }

  /** The thread that was asked for last and is still in use, if any. */
  current(): ThreadSession | undefined {
    return [...this.#entries.values()].findLast(({ users }) => users > 0)?.session;
  }

  /** Keeps the thread joined until the returned function is called. */
  use(threadId: string): () => void {
    const entry = this.#entry(threadId);
    entry.users += 1;
    entry.linger?.();
    entry.linger = null;
    if (!entry.open) {
      entry.open = true;
      void entry.session.open();
    }
    let released = false;
    return () => {
      if (released) return;
      released = true;
      entry.users -= 1;
      if (entry.users === 0) entry.linger = this.#options.clock.after(LINGER_MS, () => this.#leave(threadId, entry));
    };
  }

  /** Opens a thread again that could not be shown. */
  reopen(threadId: string): void {
    void this.get(threadId).open();
  }

  /** The request that catches up all joined threads, and what to do with its answer; null = it failed. */
  resume(): { request: CommandRequest<'session.resume'>; done: (reply: Reply<'session.resume'> | null) => void } {
    const joined = [...this.#entries.values()].filter(({ open }) => open).map(({ session }) => session);
    const asked = new Map(joined.map((session) => [session.threadId, session.ask()]));
    return {
      request: {
        threads: joined.map((session) => session.cursor()),
        runs: joined.flatMap((session) => session.runCursors()).slice(0, 200),
      },
      done: (reply) => {
        const answers = new Map(reply?.threads.map((answer) => [answer.threadId, answer]));
        for (const [threadId, answered] of asked) answered(answers.get(threadId) ?? null);
        for (const answer of reply?.runs ?? []) for (const session of joined) session.onRunAnswer(answer);
      },
    };
  }

  /** Passes an event on to the threads it is about. */
  route(event: IncomingEvent): void {
    switch (event.name) {
      case 'events.appended':
        this.peek(event.payload.threadId)?.onEvents(event.payload.epoch, event.payload.events);
        break;
      case 'thread.heads':
        for (const [threadId, head] of Object.entries(event.payload.heads)) {
          this.peek(threadId)?.onHead(event.payload.epoch, head);
        }
        break;
      case 'thread.closed':
        this.peek(event.payload.threadId)?.close(event.payload.reason);
        break;
      case 'run.attempt':
      case 'run.chunk':
      case 'run.snapshot':
      case 'run.ended':
        this.peek(event.payload.threadId)?.onRunEvent(event);
        break;
      case 'typing.changed': {
        const { threadId, userId, typing, expiresInMs } = event.payload;
        this.peek(threadId)?.onTyping(userId, typing ? expiresInMs : null);
        break;
      }
      // Not about what a thread shows: the connection and the inbox take theirs, and pages ask for the others.
      case 'session.ready':
      case 'session.expiring':
      case 'session.closing':
      case 'server.draining':
      case 'server.degraded':
      case 'inbox.updated':
      case 'presence.changed':
      case 'read.marked':
        break;
    }
  }

  /** Ends all timers and forgets everything. */
  clear(): void {
    for (const { session, linger } of this.#entries.values()) {
      linger?.();
      session.stop();
    }
    this.#entries.clear();
  }

  #entry(threadId: string): Entry {
    const entry = this.#entries.get(threadId) ?? this.#make(threadId);
    this.#entries.delete(threadId);
    this.#entries.set(threadId, entry);
    this.#evict();
    return entry;
  }

  #make(threadId: string): Entry {
    const session = new ThreadSession(threadId, this.#options);
    session.subscribe(() => {
      this.#options.onChange(session.getSnapshot());
    });
    this.#options.cached(threadId).then(
      (cached) => {
        if (cached !== null) session.restore(cached);
      },
      () => undefined,
    );
    return { session, users: 0, linger: null, open: false };
  }

  #evict(): void {
    for (const [threadId, entry] of this.#entries) {
      if (this.#entries.size <= MAX_CACHED) return;
      if (entry.users > 0) continue;
      entry.linger?.();
      this.#leave(threadId, entry);
      this.#entries.delete(threadId);
    }
  }

  #leave(threadId: string, entry: Entry): void {
    if (!entry.open) return;
    entry.open = false;
    entry.linger = null;
    entry.session.stop();
    // A lost close costs the server one idle room until this socket ends.
    this.#options.command('thread.close', { threadId }).catch(() => undefined);
  }
}
