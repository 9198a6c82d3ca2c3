import { setTimeout as delay } from 'node:timers/promises';
import type { TokenClaims } from '@holdfast/testing';
import { ChatClient } from './chat-client.js';

/** A client that moves when it is told to: a new connection at its time, and only then the end of the old one. */
export class MovingClient {
  moves = 0;
  private isClosed = false;

  private constructor(
    private readonly url: string,
    private readonly claims: TokenClaims,
    private current: ChatClient,
  ) {
    this.listen();
  }

  static async connect(url: string, claims: TokenClaims): Promise<MovingClient> {
    return new MovingClient(url, claims, await ChatClient.connect(url, claims));
  }

  get instanceId(): string {
    return this.current.all('session.ready').at(-1)?.instanceId ?? '';
  }

  close(): void {
    this.isClosed = true;
    this.current.close();
  }

  private listen(): void {
    this.current.socket.once('server.draining', ({ reconnectAfterMs }) => {
      void this.move(reconnectAfterMs);
    });
  }

  private async move(afterMs: number): Promise<void> {
    await delay(afterMs);
    const before = this.current;
    this.current = await ChatClient.connect(this.url, this.claims);
    before.close();
    this.moves += 1;
    if (this.isClosed) this.current.close();
    else this.listen();
  }
}
