import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to Redis that can be cut for whoever uses it, while others go on. */
export class RedisLink {
  private readonly sockets = new Set<Socket>();
  private isCut = false;

  private constructor(
    private readonly server: Server,
    /** Redis by this way. */
    readonly url: string,
  ) {}

  static async to(redisUrl: string): Promise<RedisLink> {
    const { hostname, port } = new URL(redisUrl);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const link = new RedisLink(server, `redis://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
    server.on('connection', (near) => {
      link.join(near, () => connect(Number(port), hostname));
    });
    return link;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  private join(near: Socket, open: () => Socket): void {
    if (this.isCut) {
      near.destroy();
      return;
    }
    const far = open();
    for (const socket of [near, far]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  }
}
