import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** How the receiver treats one request; without a script it accepts. */
export type Treatment =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'hang'
  | 'reset'
  /** The status comes, and then an answer without end. */
  | 'endless';

export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly at: number;
}

/** A local server of alerts: keeps what it is sent, and fails as it is told. */
export class DeliveryReceiver {
  readonly received: Received[] = [];
  /** Requests that are open now, and the most there were at a time, by key. */
  private readonly open = new Map<string, number>();
  mostAtOnce = 0;
  /** Decides by what is sent; what it says nothing about is treated as the script says. */
  judge: (body: string) => Treatment | undefined = () => undefined;
  private readonly server: Server;
  private held: (() => void)[] | undefined;

  constructor(
    private readonly accept: Exclude<Treatment, string>,
    private readonly script: Treatment[] = [],
    private readonly keyOf: (body: string) => string = () => '',
  ) {
    this.server = createServer((request, response) => void this.handle(request, response));
  }

  async listen(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get origin(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  get bodies(): Record<string, unknown>[] {
    return this.received.map((each) => JSON.parse(each.text) as Record<string, unknown>);
  }

  /** Answers nothing until the function that it returns is called. */
  hold(): () => void {
    this.held = [];
    return () => {
      const waiting = this.held ?? [];
      this.held = undefined;
      for (const go of waiting) go();
    };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return;
    this.received.push({ path: request.url ?? '', headers: request.headers, text: body, at: Date.now() });
    const key = this.keyOf(body);
    const open = (this.open.get(key) ?? 0) + 1;
    this.open.set(key, open);
    this.mostAtOnce = Math.max(this.mostAtOnce, open);
    response.once('close', () => this.open.set(key, (this.open.get(key) ?? 1) - 1));
    const treatment = this.judge(body) ?? this.script.shift() ?? this.accept;
    if (this.held !== undefined) await new Promise<void>((resolve) => this.held?.push(resolve));
    this.treat(treatment, response);
  }

  private treat(treatment: Treatment, response: ServerResponse): void {
    if (treatment === 'hang') return;
    if (treatment === 'reset') {
      response.socket?.resetAndDestroy();
      return;
    }
    if (treatment === 'endless') {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'.repeat(8_192)), 1);
      response.once('close', () => {
        clearInterval(timer);
      });
      return;
    }
    response.writeHead(treatment.status, treatment.headers).end(treatment.body ?? '');
  }
}
