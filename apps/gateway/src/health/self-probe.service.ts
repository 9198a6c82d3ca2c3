import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { AddressInfo, Server as HttpServer } from 'node:net';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { io, type Socket as Client } from 'socket.io-client';
import type { Socket } from 'socket.io';
import { HealthRegistry, type HealthReport } from '@holdfast/health';
import { SocketServer } from '../publish/socket-server.service.js';

/** A namespace of the probe's own: its sockets are no sessions and see no thread. */
const NAMESPACE = '/probe';

const INTERVAL_MS = 15_000;

/** Time of one round, connecting included, in ms. */
const WITHIN_MS = 2_000;

const KEY_BYTES = 32;

/**
 * Connects to this gateway as a client would, over its real port, and waits for a nonce to come back through Socket.IO:
 * whatever lies between the listener and a handler has to work for it.
 */
@Injectable()
export class SelfProbe implements OnApplicationBootstrap {
  /** Known to this process alone, so that nobody else gets into the namespace. */
  private readonly key = randomBytes(KEY_BYTES);

  constructor(
    private readonly registry: HealthRegistry,
    private readonly sockets: SocketServer,
    private readonly http: HttpAdapterHost,
  ) {}

  onApplicationBootstrap(): void {
    const namespace = this.sockets.of(NAMESPACE);
    namespace.use((socket, next) => {
      next(this.admits(socket) ? undefined : new Error('unauthenticated'));
    });
    namespace.on('connection', (socket) => {
      socket.on('echo', (nonce: unknown) => {
        namespace.to(socket.id).emit('echo', nonce);
      });
    });
    this.registry.register('websocket.self-probe', () => this.check(), { resource: 'own', intervalMs: INTERVAL_MS });
  }

  private admits(socket: Socket): boolean {
    const { key } = socket.handshake.auth as { key?: unknown };
    const given = Buffer.from(typeof key === 'string' ? key : '', 'base64url');
    return given.length === KEY_BYTES && timingSafeEqual(given, this.key);
  }

  private async check(): Promise<HealthReport> {
    const url = this.url();
    if (url === undefined) return { state: 'down', reason: 'pending' };
    const startedAt = performance.now();
    const client = io(`${url}${NAMESPACE}`, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      auth: { key: this.key.toString('base64url') },
    });
    try {
      const isHeard = await echo(client);
      const facts = { roundTripMs: Math.round(performance.now() - startedAt) };
      return isHeard ? { state: 'up', facts } : { state: 'down', reason: 'timeout', facts };
    } catch {
      // A gateway that is full refuses its own probe too; `websocket.capacity` tells that.
      return { state: 'degraded', reason: 'failed' };
    } finally {
      client.disconnect();
    }
  }

  /** Where this process listens; undefined until it does. */
  private url(): string | undefined {
    const server = this.http.httpAdapter.getHttpServer() as HttpServer;
    const listening = server.address() as AddressInfo | null;
    if (listening === null) return undefined;
    const { address, family, port } = listening;
    if (address === '::' || address === '0.0.0.0') return `ws://127.0.0.1:${String(port)}`;
    return `ws://${family === 'IPv6' ? `[${address}]` : address}:${String(port)}`;
  }
}

/** Sends a nonce and waits for it. Rejects if the connection is refused; @returns false if nothing comes back in time. */
function echo(client: Client): Promise<boolean> {
  const nonce = randomUUID();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, WITHIN_MS, false);
    timer.unref();
    client.once('connect', () => client.emit('echo', nonce));
    client.once('connect_error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    client.on('echo', (heard: unknown) => {
      if (heard !== nonce) return;
      clearTimeout(timer);
      resolve(true);
    });
  });
}
