import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Connection } from './connection.js';
import { NO_TRAFFIC, type LinkCounters } from './link-counters.js';
import type { Toxic } from './toxic.js';

export interface FaultProxyOptions {
  /** Port of the server, on 127.0.0.1. */
  readonly target: number;
  /** From 0 up to 1, for jitter. */
  readonly random?: () => number;
}

/** One link over TCP that can be made worse and better again while it is in use. */
export class FaultProxy {
  private readonly counts: LinkCounters = { ...NO_TRAFFIC };
  private readonly live = new Map<Connection, readonly Socket[]>();
  private readonly toxics = new Map<string, Toxic>();
  private readonly forgotten = new Set<Connection>();
  private readonly server: Server;

  private constructor(private readonly options: FaultProxyOptions) {
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      this.accept(client);
    });
  }

  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Connections that exist now. */
  get open(): number {
    return this.live.size;
  }

  counters(): LinkCounters {
    return { ...this.counts };
  }

  /** Makes the link worse until {@link remove} of the same name; toxics of several names add up. */
  add(name: string, toxic: Toxic): void {
    this.toxics.set(name, toxic);
    if (toxic.type === 'reset_peer') this.reset();
    this.apply();
  }

  remove(name: string): void {
    if (this.toxics.delete(name)) this.apply();
  }

  /** Resets every connection; the link stays as it is. */
  reset(): void {
    for (const connection of this.live.keys()) {
      this.counts.cut += 1;
      connection.reset();
    }
  }

  /**
   * What is connected falls silent in both directions, for good and without a word; who connects from now on is served. So
   * does a router that forgets its connections.
   */
  forget(): void {
    for (const connection of this.live.keys()) this.forgotten.add(connection);
    this.apply();
  }

  async close(): Promise<void> {
    this.toxics.clear();
    this.server.close();
    for (const sockets of this.live.values()) for (const socket of sockets) socket.destroy();
    await once(this.server, 'close');
  }

  private apply(): void {
    const toxics = [...this.toxics.values()];
    for (const connection of this.live.keys()) {
      connection.behave(this.forgotten.has(connection) ? [...toxics, { type: 'half_open' }] : toxics);
    }
  }

  private accept(client: Socket): void {
    const toxics = [...this.toxics.values()];
    if (toxics.some(({ type }) => type === 'partition' || type === 'reset_peer')) {
      this.counts.refused += 1;
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    this.counts.connections += 1;
    const server = connect({ host: '127.0.0.1', port: this.options.target, allowHalfOpen: true, noDelay: true });
    const connection: Connection = new Connection(client, server, {
      counters: this.counts,
      random: this.options.random ?? Math.random,
      onClose: () => {
        this.live.delete(connection);
        this.forgotten.delete(connection);
      },
    });
    this.live.set(connection, [client, server]);
    connection.behave(toxics);
  }
}
