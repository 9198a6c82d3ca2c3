import type { Socket, Transport, TransportEnd, TransportHandlers } from '@holdfast/client';

/** What happens to the traffic of a page that a developer breaks on purpose. */
export interface Traffic {
  /** `silent`: a socket that never opens; `refused`: one that is turned away, to be tried again after 12 s. */
  readonly sockets: 'open' | 'silent' | 'refused';
  /** Commands of these names get no answer. */
  readonly unanswered: readonly string[];
  /** Messages are refused. */
  readonly refusesMessages: boolean;
}

export const UNDISTURBED: Traffic = { sockets: 'open', unanswered: [], refusesMessages: false };

/** Sees every event before the client does, and may change it; undefined = it is lost. */
export type EventFilter = (name: string, payload: unknown, socket: Socket) => unknown;

const RETRY_AFTER_MS = 12_000;
const REFUSED: TransportEnd = { kind: 'refused', reason: 'the panel', data: { retryAfterMs: RETRY_AFTER_MS } };

interface OpenSocket {
  readonly socket: Socket;
  readonly handlers: TransportHandlers;
}

/** A transport whose traffic can be disturbed. */
export class FaultTransport {
  #traffic: Traffic = UNDISTURBED;
  #filter: EventFilter = (_name, payload) => payload;
  readonly #open = new Set<OpenSocket>();

  /** From now on; sockets that are open stay. */
  disturb(traffic: Partial<Traffic>): void {
    this.#traffic = { ...UNDISTURBED, ...traffic };
  }

  set filter(filter: EventFilter) {
    this.#filter = filter;
  }

  /** The server says this to the page, as far as the page can tell. */
  say(name: string, payload: unknown): void {
    for (const { handlers } of this.#open) handlers.onEvent(name, payload);
  }

  /** Ends every open socket. */
  cut(reason: string): void {
    for (const { socket } of [...this.#open]) socket.close(reason);
  }

  over(inner: Transport): Transport {
    return { open: (token, handlers) => this.#connect(inner, token, handlers) };
  }

  #connect(inner: Transport, token: string, handlers: TransportHandlers): Socket {
    const { sockets } = this.#traffic;
    if (sockets !== 'open') {
      let ended = false;
      const end = (info: TransportEnd): void => {
        if (!ended) handlers.onEnd(info);
        ended = true;
      };
      if (sockets === 'refused') {
        queueMicrotask(() => {
          end(REFUSED);
        });
      }
      return {
        send: () => undefined,
        close: (reason) => {
          end({ kind: 'lost', reason });
        },
      };
    }
    const real = inner.open(token, {
      onOpen: () => {
        handlers.onOpen();
      },
      onEvent: (name, payload) => {
        const seen = this.#filter(name, payload, real);
        if (seen !== undefined) handlers.onEvent(name, seen);
      },
      onEnd: (end) => {
        this.#open.delete(entry);
        handlers.onEnd(end);
      },
    });
    const entry: OpenSocket = { socket: real, handlers };
    this.#open.add(entry);
    return {
      send: (name, request, onAck) => {
        if (this.#traffic.unanswered.includes(name)) return;
        if (name === 'message.send' && this.#traffic.refusesMessages) onAck(refusal(request));
        else real.send(name, request, onAck);
      },
      close: (reason) => {
        real.close(reason);
      },
    };
  }
}

function refusal(request: unknown): unknown {
  const { messages } = request as { readonly messages: readonly { readonly clientMessageId: string }[] };
  const error = { code: 'too_large', message: 'The message is too long (34 of 32 KiB)', retryable: false };
  return { ok: true, results: messages.map(({ clientMessageId }) => ({ ok: false, clientMessageId, error })) };
}
