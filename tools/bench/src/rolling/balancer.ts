import { createServer, connect, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

const CHECK_EVERY_MS = 500;
/** Checks in a row that fail before a backend gets no more connections. */
const FALL = 2;

interface Backend {
  readonly url: string;
  failed: number;
  connections: number;
}

/**
 * What stands before gateways in production, as small as it can be: a new connection goes to the backend with the fewest,
 * of those whose `/health/ready` says 200; what is open stays where it is.
 */
export class Balancer {
  private readonly backends = new Map<string, Backend>();
  private readonly sockets = new Set<Socket>();
  private readonly timer: NodeJS.Timeout;

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.accept(socket);
    });
    this.timer = setInterval(() => {
      for (const backend of this.backends.values()) void this.check(backend);
    }, CHECK_EVERY_MS);
  }

  static async start(): Promise<Balancer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Balancer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** Adds a backend that is ready. */
  add(url: string): void {
    this.backends.set(url, { url, failed: 0, connections: 0 });
  }

  remove(url: string): void {
    this.backends.delete(url);
  }

  close(): void {
    clearInterval(this.timer);
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private accept(client: Socket): void {
    this.track(client);
    client.on('error', () => undefined);
    this.forward(client, new Set());
  }

  /** A backend that does not take the connection is passed over. */
  private forward(client: Socket, tried: Set<Backend>): void {
    const [backend] = [...this.backends.values()]
      .filter((one) => one.failed < FALL && !tried.has(one))
      .sort((a, b) => a.connections - b.connections);
    if (backend === undefined) {
      client.destroy();
      return;
    }
    tried.add(backend);
    backend.connections += 1;
    const upstream = connect(Number(new URL(backend.url).port), '127.0.0.1');
    this.track(upstream);
    let established = false;
    upstream.once('connect', () => {
      established = true;
      client.pipe(upstream).pipe(client);
      client.once('close', () => upstream.destroy());
    });
    upstream.on('error', () => undefined);
    upstream.once('close', () => {
      backend.connections -= 1;
      if (established) client.destroy();
      else this.forward(client, tried);
    });
  }

  private async check(backend: Backend): Promise<void> {
    const isReady = await fetch(`${backend.url}/health/ready`, {
      signal: AbortSignal.timeout(CHECK_EVERY_MS * 4),
    }).then(
      ({ status }) => status === 200,
      () => false,
    );
    backend.failed = isReady ? 0 : backend.failed + 1;
  }

  private track(socket: Socket): void {
    socket.setNoDelay(true);
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
  }
}
