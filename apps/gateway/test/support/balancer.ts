import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

interface Target {
  readonly port: number;
  readonly sockets: Set<Socket>;
}

/** A balancer of TCP connections in front of gateways: whoever has the fewest gets the next one. */
export class Balancer {
  private readonly targets: Target[] = [];

  private constructor(
    private readonly server: Server,
    /** Where clients connect. */
    readonly url: string,
  ) {}

  static async start(): Promise<Balancer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const balancer = new Balancer(server, `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
    server.on('connection', (near) => {
      balancer.join(near);
    });
    return balancer;
  }

  /** From now on the gateway at `url` gets connections as well. */
  add(url: string): void {
    this.targets.push({ port: Number(new URL(url).port), sockets: new Set() });
  }

  /** From now on it gets no new ones, as if it had said that it is not ready. */
  remove(url: string): void {
    const index = this.targets.findIndex(({ port }) => port === Number(new URL(url).port));
    if (index >= 0) this.targets.splice(index, 1);
  }

  close(): void {
    for (const { sockets } of this.targets) for (const socket of sockets) socket.destroy();
    this.server.close();
  }

  private join(near: Socket): void {
    const [target] = [...this.targets].sort((a, b) => a.sockets.size - b.sockets.size);
    if (target === undefined) {
      near.destroy();
      return;
    }
    const far = connect(target.port, '127.0.0.1');
    target.sockets.add(near);
    for (const socket of [near, far]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        target.sockets.delete(near);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  }
}
