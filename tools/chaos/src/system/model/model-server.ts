import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { CANARY_PATTERN } from '../../plan/cast.js';
import type { Random } from '../../random/random.js';
import type { Recorder } from '../recorder.js';
import { piecesOf, planAnswer, type AnswerPlan } from './answer-plan.js';
import { CompletionRequest, conversationOf, tagOf, type Conversation } from './completion-request.js';

const TOKEN_MS = [4, 25] as const;
const PAUSE_CHANCE = 0.03;
const PAUSE_MS = [200, 1_500] as const;
/** Questions whose tool results are remembered. */
const MAX_REMEMBERED = 10_000;

/**
 * A model behind the chat-completions protocol. What it says depends on the question and the seed only; it takes its
 * time, pauses, uses tools, and sometimes fails. It tells what tools really did, and notices a foreign conversation.
 */
export class ModelServer {
  private readonly server: Server;
  private readonly refused = new Set<string>();
  /** Result of a tool call by question and call: a second, different one means that it was done twice. */
  private readonly effects = new Map<string, string>();

  private constructor(
    private readonly random: Random,
    private readonly recorder: Recorder,
  ) {
    this.server = createServer((request, response) => {
      this.answer(request, response).catch(() => response.destroy());
    });
  }

  static async start(random: Random, recorder: Recorder): Promise<ModelServer> {
    const model = new ModelServer(random, recorder);
    model.server.listen(0, '127.0.0.1');
    await once(model.server, 'listening');
    return model;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}/v1`;
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const parsed = CompletionRequest.parse(JSON.parse(body));
    const conversation = conversationOf(parsed);
    const tag = tagOf(conversation.question);
    this.notice(body, conversation, tag);
    const plan = planAnswer(this.random.split(tag), conversation.question);
    if (plan.mishap === 'refused' && !this.refused.has(tag)) {
      this.refused.add(tag);
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":{"message":"overloaded"}}');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    const mayCall = parsed.tool_choice !== 'none' && conversation.results.length === 0 && conversation.prefix === '';
    const offered = parsed.tools?.some((tool) => tool.function.name === plan.tool) === true;
    if (plan.tool !== undefined && mayCall && offered) callTool(response, plan.tool, tag);
    else await this.say(response, plan, { tag, prefix: conversation.prefix });
  }

  private async say(
    response: ServerResponse,
    { text, mishap }: AnswerPlan,
    { tag, prefix }: { readonly tag: string; readonly prefix: string },
  ): Promise<void> {
    const random = this.random.split(`${tag}/pace`);
    const pieces = piecesOf(random, text.startsWith(prefix) ? text.slice(prefix.length) : text);
    const stopAt = mishap === 'cut' || mishap === 'error' ? Math.ceil(pieces.length / 2) : Infinity;
    for (const [index, piece] of pieces.entries()) {
      if (index >= stopAt) {
        if (mishap === 'error') response.write('data: {"error":{"message":"the model is gone"}}\n\n');
        response.end();
        return;
      }
      await delay(random.chance(PAUSE_CHANCE) ? random.int(...PAUSE_MS) : random.int(...TOKEN_MS));
      if (response.destroyed) return;
      send(response, { content: piece });
    }
    send(response, {}, 'stop');
    response.end('data: [DONE]\n\n');
  }

  /** What a request reveals about the system. */
  private notice(body: string, { results }: Conversation, tag: string): void {
    const canaries = new Set(body.match(CANARY_PATTERN));
    if (canaries.size > 1) {
      const detail = `one conversation with ${[...canaries].join(', ')}`;
      this.recorder.record({ kind: 'process', node: 'model', what: 'leak', detail });
    }
    for (const { callId, content } of results) {
      const effect = `${tag}/${callId}`;
      if (this.effects.get(effect) === content || this.effects.size > MAX_REMEMBERED) continue;
      this.effects.set(effect, content);
      this.recorder.record({ kind: 'called', tenant: 'any', run: tag, tool: callId.split('-')[0] ?? '', effect });
    }
  }
}

function callTool(response: ServerResponse, tool: string, tag: string): void {
  const args = tool === 'thread.search' ? '{"query":"events","limit":3}' : '{}';
  const call = { index: 0, id: `${tool}-${tag}`, type: 'function', function: { name: tool, arguments: '' } };
  send(response, { tool_calls: [call] });
  send(response, { tool_calls: [{ index: 0, function: { arguments: args } }] });
  send(response, {}, 'tool_calls');
  response.end('data: [DONE]\n\n');
}

function send(response: ServerResponse, delta: Record<string, unknown>, finish: string | null = null): void {
  const chunk = {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'seeded',
    choices: [{ index: 0, delta, finish_reason: finish }],
  };
  response.write(`data: ${JSON.stringify(chunk)}\n\n`);
}
