import type { Socket, TransportEnd, TransportHandlers } from '../wire/transport.js';
import type { Leading, TabMessage, ToTab } from './tab-messages.js';

interface FollowerLink {
  readonly handlers: TransportHandlers;
  readonly answers: Map<number, (answer: unknown) => void>;
  /** The page whose socket it is; null until it answered. */
  leader: string | null;
  /** Opens a socket of this page in place of the link. */
  readonly openOwn: () => Socket;
  own: Socket | null;
}

/** The side of a page that uses the leader's socket: a link looks like a socket to its connection. */
export class FollowerLinks {
  readonly #links = new Map<number, FollowerLink>();
  #lastLink = 0;
  #lastCommand = 0;

  constructor(
    private readonly tab: string,
    private readonly post: (message: TabMessage) => void,
  ) {}

  /** @param openOwn opens a real socket with the same handlers, if this page leads before anyone answered. */
  open(handlers: TransportHandlers, openOwn: () => Socket): Socket {
    const link = (this.#lastLink += 1);
    const address = { to: 'leader', tab: this.tab, link } as const;
    const held: FollowerLink = { handlers, answers: new Map(), leader: null, openOwn, own: null };
    this.#links.set(link, held);
    this.post({ ...address, kind: 'open' });
    return {
      send: (name, request, onAck) => {
        if (held.own !== null) {
          held.own.send(name, request, onAck);
          return;
        }
        const n = (this.#lastCommand += 1);
        held.answers.set(n, onAck);
        this.post({ ...address, kind: 'send', n, name, request });
      },
      close: (reason) => {
        if (held.own !== null) {
          held.own.close(reason);
          return;
        }
        this.post({ ...address, kind: 'close' });
        this.#end(link, { kind: 'lost', reason });
      },
    };
  }

  receive(message: ToTab): void {
    const held = this.#links.get(message.link);
    if (held === undefined || (held.leader !== null && held.leader !== message.leader)) return;
    switch (message.kind) {
      case 'opened':
        held.leader = message.leader;
        held.handlers.onOpen();
        break;
      case 'event':
        held.handlers.onEvent(message.name, message.payload);
        break;
      case 'answer': {
        const onAck = held.answers.get(message.n);
        held.answers.delete(message.n);
        onAck?.(message.answer);
        break;
      }
      case 'end':
        this.#end(message.link, message.end);
        break;
    }
  }

  /** A page leads now: what hung on an earlier one is over, and what still waits asks again. */
  onLeading({ leader }: Leading): void {
    for (const [link, held] of this.#links) {
      if (held.leader === null) this.post({ to: 'leader', tab: this.tab, link, kind: 'open' });
      else if (held.leader !== leader) this.#end(link, { kind: 'lost', reason: 'another page leads' });
    }
  }

  /** This page leads: links that nobody answered become its own sockets, the others are over. */
  lead(): void {
    for (const [link, held] of [...this.#links]) {
      if (held.leader !== null) continue;
      this.#links.delete(link);
      held.own = held.openOwn();
    }
    this.endAll('this page leads');
  }

  endAll(reason: string): void {
    for (const link of [...this.#links.keys()]) this.#end(link, { kind: 'lost', reason });
  }

  #end(link: number, end: TransportEnd): void {
    const held = this.#links.get(link);
    if (!this.#links.delete(link)) return;
    held?.handlers.onEnd(end);
  }
}
