import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A process that takes connections on a port of 127.0.0.1. */
export interface Backend {
  readonly port: number;
  /** Set from its readiness probe; a backend that is not ready gets no new connection. */
  ready: boolean;
}

interface Load {
  readonly backend: Backend;
  connections: number;
  /** `performance.now()` until which it is skipped after a refused connection. */
  skippedUntil: number;
}

const CONNECT_TIMEOUT_MS = 1_000;
const SKIP_MS = 1_000;

/** What a caller gets while no backend takes connections: the error shape of the REST edge. */
const NOBODY_READY = (() => {
  const body = JSON.stringify({
    ok: false,
    error: { code: 'unavailable', message: 'No gateway is ready.', retryable: true, retryAfterMs: 1_000 },
  });
  const head = [
    'HTTP/1.1 503 Service Unavailable',
    'content-type: application/json',
    'retry-after: 1',
    'connection: close',
  ];
  return [...head, `content-length: ${String(Buffer.byteLength(body))}`, '', body].join('\r\n');
})();

/**
 * Spreads TCP connections over backends: each goes to the ready one with the fewest connections, a backend that refuses
 * is skipped for a second and the next one is tried. It looks at no byte, so that WebSockets work like anything else.
 */
export class Balancer {
  private readonly loads: readonly Load[];
  private readonly server: Server;
  private readonly clients = new Set<Socket>();

  constructor(backends: readonly Backend[]) {
    this.loads = backends.map((backend) => ({ backend, connections: 0, skippedUntil: 0 }));
    this.server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (client) => {
      this.accept(client);
    });
  }

  /** Resolves with the port; rejects when it is taken. */
  async listen(port: number, host: string): Promise<number> {
    this.server.listen(port, host);
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  /** Takes no new connections from now on. */
  refuse(): void {
    this.server.close();
  }

  /** Ends all connections as well. */
  close(): void {
    this.refuse();
    for (const client of this.clients) client.destroy();
  }

  private accept(client: Socket): void {
    this.clients.add(client);
    client.on('error', () => client.destroy());
    client.once('close', () => this.clients.delete(client));
    void this.forward(client);
  }

  private async forward(client: Socket): Promise<void> {
    const tried = new Set<Load>();
    for (let load = this.pick(tried); load !== undefined; load = this.pick(tried)) {
      tried.add(load);
      load.connections += 1;
      const upstream = await open(load.backend.port);
      if (upstream === undefined) {
        load.connections -= 1;
        load.skippedUntil = performance.now() + SKIP_MS;
        continue;
      }
      join(client, upstream);
      const used = load;
      upstream.once('close', () => (used.connections -= 1));
      return;
    }
    client.end(NOBODY_READY);
    client.resume();
  }

  private pick(tried: ReadonlySet<Load>): Load | undefined {
    const now = performance.now();
    return this.loads
      .filter((load) => load.backend.ready && load.skippedUntil <= now && !tried.has(load))
      .reduce<Load | undefined>(
        (best, load) => (best && best.connections <= load.connections ? best : load),
        undefined,
      );
  }
}

function open(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const timer = setTimeout(() => socket.destroy(), CONNECT_TIMEOUT_MS);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(socket);
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}

/** Connects both directions; the end of one side ends the other, a fault of one destroys the other. */
function join(client: Socket, upstream: Socket): void {
  if (client.destroyed) {
    upstream.destroy();
    return;
  }
  client.once('close', () => upstream.destroy());
  upstream.once('close', () => client.destroy());
  client.pipe(upstream);
  upstream.pipe(client);
}
