import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { CrowdServer } from './crowd-protocol.js';

const PING = '2';
const PONG = '3';

interface Pending {
  readonly resolve: (answer: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One connection that speaks Socket.IO's protocol by hand. Real clients have their own machines, these share two cores
 * with the server: socket.io-client would spend more of them than the server does. Answers are handed over unread.
 */
export class WireClient {
  private readonly answers = new Map<number, Pending>();
  private nextId = 0;

  private constructor(
    private readonly socket: WebSocket,
    private readonly prefix: string,
  ) {}

  /** Resolves once the server has greeted this client; undefined if it refused. */
  static async connect({ url, namespace }: CrowdServer, token: string): Promise<WireClient | undefined> {
    const prefix = namespace === '/' ? '' : `${namespace},`;
    const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
      perMessageDeflate: false,
    });
    const client = new WireClient(socket, prefix);
    const greeting = namespace === '/' ? '40' : `42${prefix}["session.ready"`;
    const isGreeted = await new Promise<boolean>((resolve) => {
      socket.on('message', (data: Buffer) => {
        const head = data.toString('latin1', 0, greeting.length);
        if (head.startsWith('0')) socket.send(`40${prefix}${JSON.stringify({ token })}`);
        else if (head === greeting) resolve(true);
        else if (head.startsWith('44')) resolve(false);
        else client.take(data, head);
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
    socket.terminate();
    return undefined;
  }

  /** Resolves with the JSON array that the command is answered with. */
  ask(command: string, request: object): Promise<Buffer> {
    const id = this.nextId;
    this.nextId += 1;
    this.socket.send(`42${this.prefix}${String(id)}${JSON.stringify([command, request])}`);
    return new Promise((resolve, reject) => this.answers.set(id, { resolve, reject }));
  }

  async disconnect(): Promise<void> {
    const gone = this.disconnected();
    this.socket.close();
    await gone;
  }

  /** Resolves once the connection is gone. */
  async disconnected(): Promise<void> {
    if (this.socket.readyState !== WebSocket.CLOSED) await once(this.socket, 'close');
  }

  private take(data: Buffer, head: string): void {
    if (head.startsWith(PING)) this.socket.send(PONG);
    if (!head.startsWith('43')) return;
    const start = data.indexOf('[');
    const id = Number(data.toString('latin1', 2 + this.prefix.length, start));
    this.answers.get(id)?.resolve(data.subarray(start));
    this.answers.delete(id);
  }
}
