import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CHAT_NAMESPACE, type LogEvent } from '@holdfast/contracts';
import { createLogger } from '@holdfast/observability';
import { RedisConnections, type RedisConfig } from '@holdfast/redis';
import { Server } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import { chatAdapter, SocketFanOut, ThreadGate, threadRoom, type ThreadTarget } from '../src/index.js';

const EPOCH = 'one';

const logger = createLogger({ app: 'test', instanceId: 'test', level: 'silent', pretty: false });

/** The log of one thread, as Postgres would have it. */
export class TestLog {
  readonly target: ThreadTarget = {
    tenantId: '00000000-0000-4000-8000-00000000000a',
    threadId: '00000000-0000-4000-8000-00000000000b',
    memberVersion: 0,
  };
  readonly events: LogEvent[] = [];

  /** Commits the next event. */
  append(): { threadId: string; epoch: string; events: LogEvent[] } {
    const seq = this.events.length + 1;
    const event: LogEvent = {
      seq,
      id: `00000000-0000-4000-8000-${String(seq).padStart(12, '0')}`,
      threadId: this.target.threadId,
      senderId: null,
      at: '2026-01-01T00:00:00.000Z',
      v: 1,
      type: 'thread.renamed',
      data: { title: `title ${seq}` },
    };
    this.events.push(event);
    return { threadId: this.target.threadId, epoch: EPOCH, events: [event] };
  }
}

/** A gateway reduced to its Socket.IO server, adapter and gate. */
export class TestGateway {
  readonly connections: RedisConnections;
  readonly gate: ThreadGate;
  readonly fanOut: SocketFanOut;
  readonly server: Server;
  pulls = 0;
  readonly #http = createServer();
  readonly #clients: Socket[] = [];

  constructor(
    config: RedisConfig,
    private readonly log: TestLog,
  ) {
    this.connections = new RedisConnections(config, logger);
    this.gate = new ThreadGate({
      pull: (_, afterSeq) => {
        this.pulls += 1;
        return Promise.resolve({ epoch: EPOCH, head: log.events.length, events: log.events.slice(afterSeq) });
      },
    });
    this.server = new Server(this.#http, { transports: ['websocket'] });
    this.server.adapter(chatAdapter({ connections: this.connections, gate: this.gate }));
    this.fanOut = new SocketFanOut(this.server, logger);
    this.server.of(CHAT_NAMESPACE).on('connection', (socket) => {
      void socket.join(threadRoom(log.target));
      this.gate.track(log.target, { epoch: EPOCH, head: log.events.length });
      socket.emit('joined');
    });
  }

  /** Connects a bare client to the thread. @returns the seqs it is given, in the order it gets them. */
  async watch(): Promise<number[]> {
    if (!this.#http.listening) {
      this.#http.listen(0, '127.0.0.1');
      await once(this.#http, 'listening');
    }
    const { port } = this.#http.address() as AddressInfo;
    const client = io(`http://127.0.0.1:${port}${CHAT_NAMESPACE}`, { transports: ['websocket'], forceNew: true });
    this.#clients.push(client);
    const seqs: number[] = [];
    client.on('events.appended', ({ events }: { events: LogEvent[] }) => {
      seqs.push(...events.map(({ seq }) => seq));
    });
    await new Promise((resolve) => client.on('joined', resolve as () => void));
    return seqs;
  }

  /** The last client that {@link watch} connected. */
  get client(): Socket | undefined {
    return this.#clients.at(-1);
  }

  /** What the poll of a gateway does. */
  poll(): void {
    this.gate.track(this.log.target, { epoch: EPOCH, head: this.log.events.length });
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await this.server.close();
    this.gate.close();
    await this.connections.close();
  }
}
