import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** One step of a scripted reply. */
export type Step =
  | { readonly delta: Record<string, unknown>; readonly finish?: string }
  | { readonly raw: string }
  | { readonly waitMs: number }
  | { readonly hangUp: true };

/** A scripted reply: a stream of chunks, or a status. */
export type Reply =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | { readonly steps: readonly Step[]; readonly done?: boolean };

/** The request body as the endpoint received it. */
export interface ReceivedRequest {
  readonly authorization: string | undefined;
  readonly body: {
    readonly model: string;
    readonly stream: boolean;
    readonly max_tokens?: number;
    readonly tool_choice?: string;
    readonly tools?: readonly { readonly function: { readonly name: string } }[];
    readonly messages: readonly { readonly role: string; readonly content?: unknown }[];
  };
}

export function say(...words: readonly string[]): Step[] {
  return words.map((content) => ({ delta: { content } }));
}

export const STOP: Step = { delta: {}, finish: 'stop' };

/** A tool call in two deltas, as endpoints send it. */
export function callTool(id: string, name: string, args: string): Step[] {
  const half = Math.ceil(args.length / 2);
  const delta = (call: Record<string, unknown>): Step => ({ delta: { tool_calls: [{ index: 0, ...call }] } });
  return [
    delta({ id, type: 'function', function: { name, arguments: args.slice(0, half) } }),
    delta({ function: { arguments: args.slice(half) } }),
    { delta: {}, finish: 'tool_calls' },
  ];
}

/** An HTTP server that speaks the streaming chat-completions protocol from a script: one reply per request. */
export class CompletionsServer {
  readonly requests: ReceivedRequest[] = [];
  /** Replies still open; 0 once every client let go. */
  open = 0;
  private readonly server = createServer((request, response) => void this.handle(request, response));

  constructor(private readonly replies: Reply[]) {}

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${String(address.port)}/v1`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.requests.push({
      authorization: request.headers.authorization,
      body: JSON.parse(Buffer.concat(chunks).toString('utf8')) as ReceivedRequest['body'],
    });
    this.open += 1;
    response.on('close', () => {
      this.open -= 1;
    });
    const reply = this.replies.shift() ?? { status: 500, body: 'no reply scripted' };
    if ('status' in reply) response.writeHead(reply.status, reply.headers).end(reply.body ?? '{}');
    else await stream(response, reply);
  }
}

async function stream(response: ServerResponse, reply: Extract<Reply, { steps: unknown }>): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  for (const step of reply.steps) {
    if (response.destroyed) return;
    if ('waitMs' in step) await sleep(step.waitMs, undefined, { ref: false });
    else if ('hangUp' in step) return void response.destroy();
    else if ('raw' in step) response.write(step.raw);
    else response.write(`data: ${JSON.stringify(chunkOf(step.delta, step.finish))}\n\n`);
  }
  response.end(reply.done === false ? undefined : 'data: [DONE]\n\n');
}

function chunkOf(delta: Record<string, unknown>, finish: string | undefined): unknown {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'test-model',
    choices: [{ index: 0, delta, finish_reason: finish ?? null }],
  };
}
