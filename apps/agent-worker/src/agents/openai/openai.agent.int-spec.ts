import { afterEach, describe, expect, it } from '@jest/globals';
import { AppError, joinParts, type Part } from '@holdfast/contracts';
import * as z from 'zod/mini';
import { callTool, CompletionsServer, say, STOP, type Reply } from '../../../test/completions-server.js';
import { MemoryJournal } from '../../../test/memory-journal.js';
import type { Json } from '../../journal/journal.port.js';
import type { AgentContext, HistoryMessage } from '../agent.port.js';
import { Tool } from '../tools/tool.port.js';
import { OpenaiAgent } from './openai.agent.js';

const SECRET = 'HOLDFAST_SECRET_TEST_LLM';
let server: CompletionsServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

class EchoTool extends Tool<{ word: string }> {
  readonly name = 'echo';
  readonly description = 'Says a word again.';
  readonly schema = z.object({ word: z.string() });
  calls = 0;

  override async run(args: { word: string }): Promise<Json> {
    this.calls += 1;
    return Promise.resolve({ echoed: args.word });
  }
}

async function endpoint(...replies: Reply[]): Promise<string> {
  server = new CompletionsServer(replies);
  return await server.listen();
}

const question: HistoryMessage = {
  messageId: crypto.randomUUID(),
  role: 'person',
  name: 'Ada',
  parts: [{ type: 'text', text: 'Hello?' }],
};

interface Setup {
  readonly settings?: Record<string, unknown>;
  readonly context?: Partial<AgentContext>;
  readonly tools?: readonly Tool[];
  readonly secrets?: Readonly<Record<string, string>>;
}

function contextOf(baseUrl: string, { settings, context }: Setup): AgentContext {
  return {
    tenantId: crypto.randomUUID(),
    threadId: crypto.randomUUID(),
    runId: crypto.randomUUID(),
    attempt: 1,
    agent: {
      id: crypto.randomUUID(),
      name: 'Sage',
      provider: 'openai',
      settings: { baseUrl, model: 'm', ...settings },
    },
    history: [question],
    prefix: [],
    journal: new MemoryJournal(),
    signal: AbortSignal.timeout(20_000),
    ...context,
  };
}

async function ask(baseUrl: string, setup: Setup = {}): Promise<{ parts: Part[]; error?: unknown }> {
  const retry = { attempts: 3, baseMs: 20, maxWaitMs: 1_500 };
  const secretOf = (name: string): string | undefined => setup.secrets?.[name];
  const agent = new OpenaiAgent({ tools: setup.tools ?? [], historyTokens: 1_000, retry, secretOf });
  let parts: Part[] = [];
  try {
    for await (const part of agent.stream(contextOf(baseUrl, setup))) parts = joinParts(parts, [part]);
    return { parts };
  } catch (error) {
    return { parts, error };
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof AppError ? error.code : undefined;
}

describe('OpenaiAgent', () => {
  it('streams an answer', async () => {
    const url = await endpoint({ steps: [...say('Hel', 'lo', ' 😀'), STOP] });
    expect(await ask(url)).toEqual({ parts: [{ type: 'text', text: 'Hello 😀' }] });
    expect(server?.requests[0]?.body).toMatchObject({ model: 'm', stream: true, max_tokens: 2_048 });
  });

  it('accepts an answer that was cut at the token limit', async () => {
    const url = await endpoint({ steps: [...say('Hel'), { delta: {}, finish: 'length' }] });
    expect(await ask(url)).toEqual({ parts: [{ type: 'text', text: 'Hel' }] });
  });

  it('sends the key that its setting names, and no other environment variable', async () => {
    const url = await endpoint({ steps: [...say('ok'), STOP] });
    await ask(url, { settings: { apiKeySecret: SECRET }, secrets: { [SECRET]: 'sk-test' } });
    expect(server?.requests[0]?.authorization).toBe('Bearer sk-test');
    expect(codeOf((await ask(url, { settings: { apiKeySecret: 'PATH' }, secrets: { PATH: '/bin' } })).error)).toBe(
      'agent_unavailable',
    );
    expect(codeOf((await ask(url, { settings: { apiKeySecret: SECRET } })).error)).toBe('agent_unavailable');
    expect(server?.requests).toHaveLength(1);
  });

  it('takes a tool call round trip', async () => {
    const echo = new EchoTool();
    const url = await endpoint(
      { steps: callTool('c1', 'echo', '{"word":"hi"}') },
      { steps: [...say('It says hi.'), STOP] },
    );
    const { parts } = await ask(url, { tools: [echo], settings: { tools: ['echo'] } });
    expect(parts).toEqual([
      { type: 'tool_call', callId: 'c1', tool: 'echo', args: { word: 'hi' } },
      { type: 'tool_result', callId: 'c1', tool: 'echo', ok: true, result: { echoed: 'hi' } },
      { type: 'text', text: 'It says hi.' },
    ]);
    const toolMessage = server?.requests[1]?.body.messages.at(-1);
    expect(toolMessage).toMatchObject({ role: 'tool', content: '{"echoed":"hi"}' });
  });

  it('does not repeat a tool call that an earlier attempt journaled', async () => {
    const echo = new EchoTool();
    const journal = new MemoryJournal();
    const attempt = (): Reply[] => [
      { steps: callTool('c1', 'echo', '{"word":"hi"}') },
      { steps: [...say('ok'), STOP] },
    ];
    const url = await endpoint(...attempt(), ...attempt());
    const setup = { tools: [echo], settings: { tools: ['echo'] }, context: { journal } };
    const first = await ask(url, setup);
    expect(await ask(url, setup)).toEqual(first);
    expect(echo.calls).toBe(1);
  });

  it('refuses a tool that is not on the allow-list and lets the model answer', async () => {
    const echo = new EchoTool();
    const url = await endpoint(
      { steps: callTool('c1', 'echo', '{"word":"hi"}') },
      { steps: [...say('I cannot do that.'), STOP] },
    );
    const { parts } = await ask(url, { tools: [echo] });
    expect(echo.calls).toBe(0);
    expect(parts[1]).toMatchObject({ type: 'tool_result', ok: false });
    expect(parts.at(-1)).toEqual({ type: 'text', text: 'I cannot do that.' });
  });

  it('refuses invalid arguments and lets the model answer', async () => {
    const echo = new EchoTool();
    const url = await endpoint({ steps: callTool('c1', 'echo', '{"wor') }, { steps: [...say('Sorry.'), STOP] });
    const { parts } = await ask(url, { tools: [echo], settings: { tools: ['echo'] } });
    expect(echo.calls).toBe(0);
    expect(parts[1]).toMatchObject({ type: 'tool_result', ok: false });
    expect(parts.at(-1)).toEqual({ type: 'text', text: 'Sorry.' });
  });

  it('asks a last time without tools when the model calls them without end', async () => {
    const echo = new EchoTool();
    const call: Reply = { steps: callTool('c', 'echo', '{"word":"hi"}') };
    const url = await endpoint(call, call, { steps: [...say('Enough.'), STOP] });
    const { parts } = await ask(url, { tools: [echo], settings: { tools: ['echo'], maxSteps: 3 } });
    expect(parts.at(-1)).toEqual({ type: 'text', text: 'Enough.' });
    expect(server?.requests.map(({ body }) => body.tool_choice)).toEqual(['auto', 'auto', 'none']);
  });

  it('waits for a slow answer, and gives up on a silent one', async () => {
    const url = await endpoint(
      { steps: [...say('a'), { waitMs: 150 }, ...say('b'), { waitMs: 150 }, STOP] },
      { steps: [...say('a'), { waitMs: 5_000 }] },
    );
    expect(await ask(url, { settings: { idleTimeoutMs: 250 } })).toEqual({ parts: [{ type: 'text', text: 'ab' }] });
    const silent = await ask(url, { settings: { idleTimeoutMs: 250 } });
    expect(silent.parts).toEqual([{ type: 'text', text: 'a' }]);
    expect(codeOf(silent.error)).toBe('agent_timeout');
  });

  it.each<[string, Reply]>([
    ['broken JSON, even if a finish follows', { steps: [...say('Hel'), { raw: 'data: {"choices":[{"del\n\n' }, STOP] }],
    ['an end without a finish reason', { steps: say('Hel') }],
    ['a half-closed reply', { steps: say('Hel'), done: false }],
    ['a connection that breaks', { steps: [...say('Hel'), { waitMs: 50 }, { hangUp: true }] }],
    ['a content filter', { steps: [...say('Hel'), { delta: {}, finish: 'content_filter' }] }],
    ['an error inside the stream', { steps: [...say('Hel'), { raw: 'data: {"error":{"message":"x"}}\n\n' }, STOP] }],
  ])('keeps what arrived and fails on %s', async (_, reply) => {
    const { parts, error } = await ask(await endpoint(reply));
    expect(parts).toEqual([{ type: 'text', text: 'Hel' }]);
    expect(codeOf(error)).toBe('agent_failed');
  });

  it('tries again after 429 and 500, honouring Retry-After', async () => {
    const url = await endpoint(
      { status: 500 },
      { status: 429, headers: { 'retry-after': '1' } },
      { steps: [...say('ok'), STOP] },
    );
    const startedAt = performance.now();
    expect(await ask(url)).toEqual({ parts: [{ type: 'text', text: 'ok' }] });
    expect(performance.now() - startedAt).toBeGreaterThan(950);
  });

  it('does not wait for a Retry-After beyond its bound, and passes it on', async () => {
    const url = await endpoint({ status: 429, headers: { 'retry-after': '90' } });
    const { error } = await ask(url);
    expect(error).toMatchObject({ code: 'rate_limited', retryable: true, retryAfterMs: 90_000 });
    expect(server?.requests).toHaveLength(1);
  });

  it.each<[string, number, number]>([
    ['agent_unavailable', 500, 3],
    ['agent_unavailable', 401, 1],
    ['agent_unavailable', 404, 1],
    ['agent_failed', 400, 1],
    ['budget_exceeded', 402, 1],
  ])('says %s on %i after %i tries', async (code, status, tries) => {
    const url = await endpoint(
      ...Array.from({ length: tries }, () => ({ status, body: '{"error":{"message":"secret"}}' })),
    );
    const { error } = await ask(url);
    expect(codeOf(error)).toBe(code);
    expect(String(error)).not.toContain('secret');
    expect(server?.requests).toHaveLength(tries);
  });

  it('says agent_unavailable when nobody listens', async () => {
    const url = await endpoint();
    await server?.close();
    server = undefined;
    expect(codeOf((await ask(url)).error)).toBe('agent_unavailable');
  });

  it('refuses to be redirected with its key', async () => {
    const url = await endpoint({ status: 307, headers: { location: 'http://127.0.0.1:9/' } }, { status: 500 });
    expect(codeOf((await ask(url)).error)).toBe('agent_unavailable');
  });

  it('lets go of the endpoint when it is cancelled', async () => {
    const url = await endpoint({ steps: [...say('a'), { waitMs: 10_000 }] });
    const cancel = new AbortController();
    const asked = ask(url, { context: { signal: cancel.signal } });
    await until(() => server?.open === 1);
    cancel.abort(new Error('cancelled'));
    expect((await asked).error).toEqual(new Error('cancelled'));
    await until(() => server?.open === 0);
  });

  it('goes on from the committed text where the endpoint can', async () => {
    const url = await endpoint({ steps: [...say('lo'), STOP] });
    const prefix: Part[] = [{ type: 'text', text: 'Hel' }];
    expect(await ask(url, { settings: { resume: 'prefix' }, context: { prefix } })).toEqual({
      parts: [{ type: 'text', text: 'lo' }],
    });
    expect(server?.requests[0]?.body.messages.at(-1)).toMatchObject({ role: 'assistant', content: 'Hel' });
  });
});

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('condition not met in time');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
