import type { Transport } from './transport.js';

/** {@link Transport} over several endpoints that serve the same tenants. */
export interface RotatingTransport extends Transport {
  /** Origin of the endpoint that is tried next, or served last. */
  endpoint(): string;
}

/**
 * Goes to the next endpoint, round and round, whenever one ends a socket before its first event; an endpoint that served
 * is tried again first. The pace is the connection's.
 *
 * @param endpoints origins, in order of preference; at least one.
 * @param make makes the transport of one origin.
 */
export function rotatingTransport(endpoints: readonly string[], make: (url: string) => Transport): RotatingTransport {
  const transports = endpoints.map((url) => ({ url, transport: make(url) }));
  let index = 0;
  const current = (): (typeof transports)[number] => {
    const chosen = transports[index % transports.length];
    if (chosen === undefined) throw new RangeError('endpoints: at least one is needed');
    return chosen;
  };
  return {
    endpoint: () => current().url,
    open: (token, handlers) => {
      const mine = index;
      let served = false;
      return current().transport.open(token, {
        onOpen: () => {
          handlers.onOpen();
        },
        onEvent: (name, payload) => {
          served = true;
          handlers.onEvent(name, payload);
        },
        onEnd: (end) => {
          if (!served && mine === index) index += 1;
          handlers.onEnd(end);
        },
      });
    },
  };
}
