import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { joinParts, partsLength, partsText, type Part } from '@holdfast/contracts';
import { retryRun } from '@holdfast/conversation';
import { eventually } from '@holdfast/testing';
import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import type { Json } from '../src/journal/journal.port.js';
import { Tool } from '../src/agents/tools/tool.port.js';
import { callTool, CompletionsServer, say, STOP } from './completions-server.js';
import { Conversation } from './conversation.js';
import { TestWorker, type TestWorkerOptions } from './test-worker.js';

jest.setTimeout(30_000);

let conversation: Conversation;
let workers: TestWorker[] = [];
let server: CompletionsServer | undefined;

beforeEach(async () => {
  conversation = await Conversation.open();
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  workers = [];
  await server?.close();
  server = undefined;
  await conversation.close();
});

function worker(options: Partial<TestWorkerOptions> = {}): TestWorker {
  const created = new TestWorker({ url: conversation.url, owner: `w${String(workers.length)}`, ...options });
  workers.push(created);
  return created;
}

/** Waits long enough for a machine that is busy with other tests. */
function soon(condition: () => boolean): Promise<boolean> {
  return eventually(condition, { timeoutMs: 15_000 });
}

function ended(threadId: string, runId: string) {
  return eventually(
    async () => {
      const ending = await conversation.ending(threadId, runId);
      if (ending === undefined) throw new Error('the run has not ended');
      return ending;
    },
    { timeoutMs: 20_000 },
  );
}

async function committed(runId: string): Promise<Part[]> {
  const rows = await conversation.db.query<{ parts: Part[] }>(
    { name: 'test_chunks', text: 'select parts from chat.run_chunk where run_id = $1 order by attempt, off' },
    [runId],
  );
  return joinParts(
    [],
    rows.flatMap(({ parts }) => parts),
  );
}

describe('a run', () => {
  it('commits what it shows before it shows it, and ends with the same text as a message', async () => {
    const threadId = await conversation.thread();
    const runId = await conversation.ask(threadId, 'How do answers stream?');
    const one = worker();
    const checks: Promise<boolean>[] = [];
    one.fanOut.onTold = (event, payload) => {
      if (event !== 'run.chunk') return;
      const { off, parts } = payload as { off: number; parts: Part[] };
      checks.push(committed(runId).then((rows) => partsLength(rows) >= off + partsLength(parts)));
    };
    await one.dispatcher.offer(runId);
    const ending = await ended(threadId, runId);
    expect(checks.length).toBeGreaterThan(1);
    expect(new Set(await Promise.all(checks))).toEqual(new Set([true]));
    expect(ending).toMatchObject({ outcome: 'completed', ends: 1 });
    await soon(() => one.fanOut.all('run.ended').length === 1);
    expect(one.seen(runId)).toBe(partsText(ending.parts));
    const types = (await conversation.log(threadId)).map(({ type }) => type).slice(-4);
    expect(types).toEqual(['message.sent', 'run.started', 'message.sent', 'run.ended']);
    const told = one.fanOut.all('events.appended').flatMap(({ events }) => events.map(({ type }) => type));
    expect(told).toEqual(['run.started', 'message.sent', 'run.ended']);
  });

  it('keeps the text so far when it is cancelled in the middle', async () => {
    const threadId = await conversation.thread();
    const runId = await conversation.ask(threadId, 'write a long answer');
    const one = worker();
    await one.dispatcher.offer(runId);
    await soon(() => one.seen(runId).length > 100);
    await conversation.cancel(runId);
    const ending = await ended(threadId, runId);
    expect(ending.outcome).toBe('cancelled');
    await soon(() => one.fanOut.all('run.ended').length === 1);
    expect(partsText(ending.parts).startsWith(one.seen(runId))).toBe(true);
    expect(ending.length).toBe(partsLength(ending.parts));
  });

  it('fails at its time limit with a reason that people understand', async () => {
    const threadId = await conversation.thread();
    const runId = await conversation.ask(threadId, 'write a long answer');
    await worker({ runTimeoutMs: 500 }).dispatcher.offer(runId);
    const ending = await ended(threadId, runId);
    expect(ending).toMatchObject({ outcome: 'failed', error: { code: 'agent_timeout', retryable: true } });
    expect(partsText(ending.parts).length).toBeGreaterThan(20);
  });

  it('is executed once when two workers race for it', async () => {
    const threadId = await conversation.thread();
    const runId = await conversation.ask(threadId, 'hello');
    const racers = [worker(), worker()];
    await Promise.all(racers.map(({ dispatcher }) => dispatcher.offer(runId)));
    const ending = await ended(threadId, runId);
    expect(ending.ends).toBe(1);
    expect(racers.filter((racer) => racer.fanOut.all('run.attempt').length > 0)).toHaveLength(1);
  });

  it('answers messages that came meanwhile with one run, which follows at once', async () => {
    const threadId = await conversation.thread();
    const first = await conversation.ask(threadId, 'What is Holdfast?');
    const one = worker();
    await one.dispatcher.offer(first);
    await soon(() => one.seen(first).length > 10);
    const second = await conversation.ask(threadId, 'And what are the limits?');
    expect(await conversation.ask(threadId, 'What are the limits?')).toBe(second);
    await ended(threadId, first);
    expect(partsText((await ended(threadId, second)).parts)).toContain('32 KiB');
  });
});

describe('takeover', () => {
  it('continues the guide byte for byte, and fences the worker that was frozen', async () => {
    const threadId = await conversation.thread();
    const question = 'write a long answer about order';
    const runId = await conversation.ask(threadId, question);
    const frozen = worker({ leaseMs: 500 });
    await frozen.dispatcher.offer(runId);
    await soon(() => frozen.seen(runId).length > 300);
    let thaw = (): void => undefined;
    const ice = new Promise<void>((resolve) => {
      thaw = resolve;
    });
    const commit = frozen.store.commit.bind(frozen.store);
    frozen.store.commit = async (writes) => {
      await ice;
      return commit(writes);
    };
    const other = worker({ tokensPerS: 2_000 });
    await eventually(
      async () => {
        await other.dispatcher.reconcile();
        return other.fanOut.all('run.attempt').length === 1;
      },
      { timeoutMs: 10_000, intervalMs: 100 },
    );
    const [attempt] = other.fanOut.all('run.attempt');
    expect(attempt).toMatchObject({ attempt: 2 });
    expect(attempt?.base).toBeGreaterThan(300);
    const shownBefore = frozen.seen(runId);
    await soon(() => other.fanOut.all('run.chunk').length > 0);
    thaw();
    const ending = await ended(threadId, runId);
    const reference = await conversation.thread();
    const plain = await conversation.ask(reference, question);
    await worker({ tokensPerS: 5_000 }).dispatcher.offer(plain);
    expect(ending).toMatchObject({ outcome: 'completed', ends: 1 });
    expect(ending.parts).toEqual((await ended(reference, plain)).parts);
    expect(frozen.seen(runId)).toBe(shownBefore);
    expect(frozen.fanOut.all('run.ended')).toEqual([]);
  });

  it('goes on at once after a shutdown that released the run', async () => {
    const threadId = await conversation.thread();
    const runId = await conversation.ask(threadId, 'write a long answer');
    const leaving = worker({ leaseMs: 30_000 });
    await leaving.dispatcher.offer(runId);
    await soon(() => leaving.seen(runId).length > 100);
    await leaving.dispatcher.drain(AbortSignal.timeout(50));
    expect(leaving.rung).toEqual([runId]);
    const other = worker({ tokensPerS: 5_000 });
    await other.dispatcher.offer(runId);
    expect((await ended(threadId, runId)).outcome).toBe('completed');
    expect(other.fanOut.all('run.attempt')[0]?.base).toBeGreaterThan(90);
  });

  it('does not repeat a tool that an earlier attempt called', async () => {
    const echo = new EchoTool();
    server = new CompletionsServer([
      { steps: callTool('c1', 'echo', '{"word":"hi"}') },
      { steps: [...say('It says'), { waitMs: 20_000 }] },
      { steps: callTool('c1', 'echo', '{"word":"hi"}') },
      { steps: [...say('It says hi.'), STOP] },
    ]);
    const threadId = await conversation.thread({
      provider: 'openai',
      config: { baseUrl: await server.listen(), model: 'm', tools: ['echo'] },
    });
    const runId = await conversation.ask(threadId, 'Say hi');
    const leaving = worker({ tools: [echo] });
    await leaving.dispatcher.offer(runId);
    await soon(() => leaving.seen(runId).endsWith('It says'));
    await leaving.dispatcher.drain(AbortSignal.timeout(1));
    const other = worker({ tools: [echo] });
    await other.dispatcher.offer(runId);
    const ending = await ended(threadId, runId);
    expect(echo.calls).toBe(1);
    expect(other.fanOut.all('run.attempt')).toMatchObject([{ attempt: 2, base: 0 }]);
    expect(ending.parts.map(({ type }) => type)).toEqual(['tool_call', 'tool_result', 'text']);
    expect(partsText(ending.parts)).toBe('It says hi.');
  });

  it('lets an endpoint that can go on from its text do so', async () => {
    server = new CompletionsServer([
      { steps: [...say('One, two'), { waitMs: 20_000 }] },
      { steps: [...say(', three.'), STOP] },
    ]);
    const threadId = await conversation.thread({
      provider: 'openai',
      config: { baseUrl: await server.listen(), model: 'm', resume: 'prefix' },
    });
    const runId = await conversation.ask(threadId, 'Count');
    const leaving = worker();
    await leaving.dispatcher.offer(runId);
    await soon(() => leaving.seen(runId) === 'One, two');
    await leaving.dispatcher.drain(AbortSignal.timeout(1));
    await worker().dispatcher.offer(runId);
    expect(partsText((await ended(threadId, runId)).parts)).toBe('One, two, three.');
  });
});

describe('failure', () => {
  it('is visible with a reason, and a retry succeeds', async () => {
    server = new CompletionsServer([{ steps: say('Hel') }, { steps: [...say('Hello!'), STOP] }]);
    const threadId = await conversation.thread({
      provider: 'openai',
      config: { baseUrl: await server.listen(), model: 'm' },
    });
    const runId = await conversation.ask(threadId, 'Hello?');
    const one = worker();
    await one.dispatcher.offer(runId);
    const failed = await ended(threadId, runId);
    expect(failed).toMatchObject({ outcome: 'failed', error: { code: 'agent_failed', retryable: true } });
    expect(partsText(failed.parts)).toBe('Hel');
    const retry = await retryRun(conversation.db, conversation.ada, {
      runId,
      mode: 'regenerate',
      commandId: randomUUID(),
    });
    await one.dispatcher.offer(retry.runId);
    const ending = await ended(threadId, retry.runId);
    expect(ending.outcome).toBe('completed');
    expect(partsText(ending.parts)).toBe('Hello!');
    expect(server.requests[1]?.body.messages.at(-1)).toMatchObject({ role: 'user', content: 'Hello?' });
  });
});

class EchoTool extends Tool<{ word: string }> {
  readonly name = 'echo';
  readonly description = 'Says a word again.';
  readonly schema = z.object({ word: z.string() });
  calls = 0;

  override run(args: { word: string }): Promise<Json> {
    this.calls += 1;
    return Promise.resolve({ echoed: args.word });
  }
}
