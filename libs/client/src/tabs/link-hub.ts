import type { CommandName, CommandRequest } from '@holdfast/contracts';
import type { Clock } from '../support/clock.js';
import type { Socket, Transport, TransportEnd, TransportHandlers } from '../wire/transport.js';
import type { TabMessage, ToLeader, ToTab } from './tab-messages.js';

/** One real socket of the leader. */
interface Trunk {
  socket: Socket | null;
  /** The server's greeting, told again to each link; null until it accepted the socket. */
  ready: unknown;
  draining: boolean;
  /** This page has left it for another one; it stays for the links that have not yet. */
  left: boolean;
  readonly links: Map<string, ToLeader>;
  /** Which pages have a thread open on this socket. */
  readonly threads: Map<string, Set<string>>;
}

export interface LinkHubOptions {
  readonly tab: string;
  readonly post: (message: TabMessage) => void;
  readonly clock: Clock;
  /** Another page wants to be connected. */
  readonly onWanted: () => void;
}

/** A page's own business with its token; other pages have nothing to do about it. */
const OWN = new Set(['session.expiring']);
/** How long a socket that this page left serves links that have not moved yet, ms. */
const LINGER_MS = 2_000;

/**
 * The leader's side of a shared socket: its own commands and those of other pages go over one connection, and what
 * arrives is told to the pages that have the thread open. A link moves to the next socket while the leader moves.
 */
export class LinkHub {
  readonly #o: LinkHubOptions;
  readonly #trunks = new Set<Trunk>();
  readonly #waiting = new Map<string, ToLeader>();
  #current: Trunk | null = null;

  constructor(options: LinkHubOptions) {
    this.#o = options;
  }

  /** Opens a real socket for this page, which other pages may use as soon as the server accepted it. */
  open(transport: Transport, token: string, handlers: TransportHandlers): Socket {
    const state = { socket: null, ready: null, draining: false, left: false };
    const trunk: Trunk = { ...state, links: new Map(), threads: new Map() };
    this.#trunks.add(trunk);
    const socket = transport.open(token, {
      onOpen: () => {
        handlers.onOpen();
      },
      onEvent: (name, payload) => {
        this.#onEvent(trunk, name, payload);
        if (!trunk.left) handlers.onEvent(name, payload);
      },
      onEnd: (end) => {
        this.#onEnd(trunk, end);
        if (!trunk.left) handlers.onEnd(end);
      },
    });
    trunk.socket = socket;
    return {
      send: (name, request, onAck) => {
        this.#route(trunk, this.#o.tab, { name, request }, onAck);
      },
      close: (reason) => {
        if (trunk.left) return;
        if (trunk.links.size === 0 || this.#current === trunk || this.#current === null) {
          socket.close(reason);
          return;
        }
        trunk.left = true;
        handlers.onEnd({ kind: 'lost', reason });
        this.#o.clock.after(LINGER_MS, () => {
          socket.close(reason);
        });
      },
    };
  }

  /** Another page spoke. */
  receive(message: ToLeader): void {
    const key = keyOf(message);
    if (message.kind === 'open') {
      this.#waiting.set(key, message);
      this.#serve();
      if (this.#waiting.has(key)) this.#o.onWanted();
      return;
    }
    this.#waiting.delete(key);
    const trunk = [...this.#trunks].find(({ links }) => links.has(key));
    if (trunk === undefined) {
      if (message.kind === 'send') this.#end(message, 'the connection was lost');
    } else if (message.kind === 'close') {
      trunk.links.delete(key);
      if (trunk.left && trunk.links.size === 0) trunk.socket?.close('replaced');
    } else {
      this.#route(trunk, message.tab, message, (answer) => {
        this.#tell(message, { kind: 'answer', n: message.n, answer });
      });
    }
  }

  /** A page is gone: what only it had open is closed. */
  forget(tab: string): void {
    for (const [key, message] of this.#waiting) if (message.tab === tab) this.#waiting.delete(key);
    for (const trunk of this.#trunks) {
      for (const [key, message] of trunk.links) if (message.tab === tab) trunk.links.delete(key);
      for (const [threadId, tabs] of trunk.threads) {
        if (tabs.has(tab)) this.#route(trunk, tab, { name: 'thread.close', request: { threadId } }, () => undefined);
      }
    }
  }

  /** This page does not lead any more. */
  stop(): void {
    for (const trunk of [...this.#trunks]) {
      this.#endLinks(trunk, 'the page that led stopped');
      if (trunk.left) trunk.socket?.close('stopped');
    }
    this.#waiting.clear();
  }

  #onEvent(trunk: Trunk, name: string, payload: unknown): void {
    if (name === 'session.ready') {
      trunk.ready = payload;
      this.#current = trunk;
      this.#o.post({ to: 'all', leader: this.#o.tab });
      this.#serve();
      return;
    }
    if (name === 'server.draining') trunk.draining = true;
    if (OWN.has(name) || trunk.links.size === 0) return;
    const threadId = threadOf(payload);
    const tabs = threadId === undefined ? undefined : (trunk.threads.get(threadId) ?? new Set<string>());
    for (const link of trunk.links.values()) {
      if (tabs?.has(link.tab) !== false) this.#tell(link, { kind: 'event', name, payload });
    }
  }

  #onEnd(trunk: Trunk, { reason }: TransportEnd): void {
    this.#trunks.delete(trunk);
    if (this.#current === trunk) this.#current = null;
    this.#endLinks(trunk, reason);
  }

  #endLinks(trunk: Trunk, reason: string): void {
    for (const link of trunk.links.values()) this.#end(link, reason);
    trunk.links.clear();
  }

  /** Gives waiting links the current socket, unless it is about to go: then they wait for the next. */
  #serve(): void {
    const trunk = this.#current;
    if (trunk === null || trunk.draining) return;
    for (const [key, message] of this.#waiting) {
      trunk.links.set(key, message);
      this.#tell(message, { kind: 'opened' });
      this.#tell(message, { kind: 'event', name: 'session.ready', payload: trunk.ready });
    }
    this.#waiting.clear();
  }

  /** Sends a command of a page; a thread is closed when the last page closes it. */
  #route(
    { socket, threads }: Trunk,
    tab: string,
    { name, request }: { readonly name: CommandName; readonly request: object },
    onAck: (answer: unknown) => void,
  ): void {
    if (name === 'thread.close') {
      const { threadId } = request as CommandRequest<'thread.close'>;
      const tabs = threads.get(threadId);
      tabs?.delete(tab);
      if (tabs !== undefined && tabs.size > 0) {
        onAck({ ok: true });
        return;
      }
      threads.delete(threadId);
    }
    for (const threadId of opened(name, request)) {
      threads.set(threadId, (threads.get(threadId) ?? new Set<string>()).add(tab));
    }
    socket?.send(name, request as CommandRequest<typeof name>, onAck);
  }

  #end(link: ToLeader, reason: string): void {
    this.#tell(link, { kind: 'end', end: { kind: 'lost', reason } });
  }

  #tell({ tab, link }: ToLeader, words: Words): void {
    this.#o.post({ to: 'tab', leader: this.#o.tab, tab, link, ...words });
  }
}

type Words = ToTab extends infer M ? (M extends ToTab ? Omit<M, 'to' | 'leader' | 'tab' | 'link'> : never) : never;

function keyOf({ tab, link }: ToLeader): string {
  return `${tab}:${String(link)}`;
}

function threadOf(payload: unknown): string | undefined {
  if (typeof payload !== 'object' || payload === null || !('threadId' in payload)) return undefined;
  return typeof payload.threadId === 'string' ? payload.threadId : undefined;
}

/** Threads that a command puts this page into. */
function opened(name: CommandName, request: object): readonly string[] {
  if (name === 'thread.open') return [(request as CommandRequest<'thread.open'>).threadId];
  if (name !== 'session.resume') return [];
  return (request as CommandRequest<'session.resume'>).threads.map(({ threadId }) => threadId);
}
