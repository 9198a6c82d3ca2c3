import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { CrowdServer } from './crowd-protocol.js';
import { closeFrame, frameOf, FrameReader } from './frame-reader.js';

const PING = '2';
const PONG = '3';
const END_OF_HEAD = '\r\n\r\n';
const SWITCHED = 'HTTP/1.1 101';

interface Pending {
  readonly resolve: (answer: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One connection that speaks HTTP's upgrade, WebSocket and Socket.IO by hand. Real clients have their own machines, these
 * share two cores with the server: socket.io-client would spend more of them than the server does, and a WebSocket
 * library half as much. Answers are handed over unread.
 */
export class WireClient {
  private readonly answers = new Map<number, Pending>();
  private readonly frames = new FrameReader();
  private nextId = 0;
  private isUpgraded = false;

  private constructor(
    private readonly socket: Socket,
    private readonly prefix: string,
  ) {}

  /** Resolves once the server has greeted this client; undefined if it refused. */
  static async connect({ url, namespace }: CrowdServer, token: string): Promise<WireClient | undefined> {
    const prefix = namespace === '/' ? '' : `${namespace},`;
    const { hostname, port, host } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    socket.write(upgradeRequest(host));
    const client = new WireClient(socket, prefix);
    const greeting = namespace === '/' ? '40' : `42${prefix}["session.ready"`;
    const isGreeted = await new Promise<boolean>((resolve) => {
      const take = (message: Buffer) => {
        const head = message.toString('latin1', 0, greeting.length);
        if (head.startsWith('0')) client.send(`40${prefix}${JSON.stringify({ token })}`);
        else if (head === greeting) resolve(true);
        else if (head.startsWith('44')) resolve(false);
        else client.take(message, head);
      };
      socket.on('data', (bytes) => {
        const frames = client.isUpgraded ? bytes : client.upgrade(bytes);
        if (frames === undefined) resolve(false);
        else for (const message of client.frames.take(frames)) take(message);
      });
      socket.on('error', () => {
        resolve(false);
      });
      socket.on('close', () => {
        resolve(false);
        for (const { reject } of client.answers.values())
          reject(new Error('the connection was lost before the answer'));
      });
    });
    if (isGreeted) return client;
    socket.destroy();
    return undefined;
  }

  /** Resolves with the JSON array that the command is answered with. */
  ask(command: string, request: object): Promise<Buffer> {
    if (this.socket.destroyed) return Promise.reject(new Error('the connection is gone'));
    const id = this.nextId;
    this.nextId += 1;
    this.send(`42${this.prefix}${String(id)}${JSON.stringify([command, request])}`);
    return new Promise((resolve, reject) => this.answers.set(id, { resolve, reject }));
  }

  async disconnect(): Promise<void> {
    const gone = this.disconnected();
    this.socket.end(closeFrame());
    await gone;
  }

  /** Resolves once the connection is gone. */
  async disconnected(): Promise<void> {
    if (!this.socket.closed) await once(this.socket, 'close');
  }

  private send(text: string): void {
    this.socket.write(frameOf(text));
  }

  /** The answer to the upgrade, which comes in one piece; what follows it, or undefined if it is refused. */
  private upgrade(bytes: Buffer): Buffer | undefined {
    const end = bytes.indexOf(END_OF_HEAD);
    this.isUpgraded = end > 0 && bytes.toString('latin1', 0, SWITCHED.length) === SWITCHED;
    return this.isUpgraded ? bytes.subarray(end + END_OF_HEAD.length) : undefined;
  }

  private take(data: Buffer, head: string): void {
    if (head.startsWith(PING)) this.send(PONG);
    if (!head.startsWith('43')) return;
    const start = data.indexOf('[');
    const id = Number(data.toString('latin1', 2 + this.prefix.length, start));
    this.answers.get(id)?.resolve(data.subarray(start));
    this.answers.delete(id);
  }
}

function upgradeRequest(host: string): string {
  const lines = [
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${'A'.repeat(22)}==`,
  ];
  return lines.join('\r\n') + END_OF_HEAD;
}
