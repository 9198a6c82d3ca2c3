import { describe, expect, it } from '@jest/globals';
import { joinParts, partsText, type Part } from '@holdfast/contracts';
import { MemoryJournal } from '../../../test/memory-journal.js';
import type { AgentContext } from '../agent.port.js';
import { ThreadSearchTool } from '../tools/thread-search.tool.js';
import { AnswerWriter } from './answer-writer.js';
import { KNOWLEDGE } from './docs/knowledge.js';
import { GuideAgent } from './guide.agent.js';

let searches = 0;
const search = new ThreadSearchTool(() => {
  searches += 1;
  return Promise.resolve([
    { messageId: 'x', seq: 1, sender: 'Bob', at: '2026-01-02T03:04:05Z', text: `kiwi ${String(searches)}` },
  ]);
});

function guideWith(knowledge = KNOWLEDGE, tokensPerS = 100_000): GuideAgent {
  return new GuideAgent({ writer: new AnswerWriter(knowledge, []), tools: [search], tokensPerS });
}

function contextOf(text: string, more: Partial<AgentContext> = {}): AgentContext {
  return {
    tenantId: 't',
    threadId: 'th',
    runId: '01234567-89ab-4def-8123-456789abcdef',
    attempt: 1,
    agent: { id: 'a', name: 'guide', provider: 'guide', settings: {} },
    history: [{ messageId: 'q', role: 'person', name: 'Ada', parts: [{ type: 'text', text }] }],
    prefix: [],
    journal: new MemoryJournal(),
    signal: new AbortController().signal,
    ...more,
  };
}

async function collect(guide: GuideAgent, context: AgentContext, atMost = Infinity): Promise<Part[]> {
  let parts: Part[] = [];
  let count = 0;
  for await (const part of guide.stream(context)) {
    parts = joinParts(parts, [part]);
    count += 1;
    if (count >= atMost) break;
  }
  return parts;
}

describe('GuideAgent', () => {
  it('asks the tool before it answers, and shows the call', async () => {
    const parts = await collect(guideWith(), contextOf('search for kiwi'));
    expect(parts.map(({ type }) => type)).toEqual(['tool_call', 'tool_result', 'text']);
    expect(partsText(parts)).toMatch(/“kiwi \d+”/);
  });

  it.each(['write a long answer', 'search for kiwi'])(
    'continues %j exactly, even in a build that knows other words',
    async (text) => {
      const journal = new MemoryJournal();
      const whole = await collect(guideWith(), contextOf(text, { journal }));
      for (const cut of [1, 2, 3, 10]) {
        const seen = new MemoryJournal();
        const prefix = await collect(guideWith(), contextOf(text, { journal: seen }), cut);
        const rest = await collect(guideWith([]), contextOf(text, { journal: seen, prefix }));
        if (text.startsWith('write')) expect(joinParts(prefix, rest)).toEqual(whole);
        expect(joinParts(prefix, rest)).toEqual(await collect(guideWith(), contextOf(text, { journal: seen })));
      }
    },
  );

  it('does not search when its agent may not', async () => {
    const agent = { id: 'a', name: 'guide', provider: 'guide', settings: { tools: [] } };
    const before = searches;
    const parts = await collect(guideWith(), contextOf('search for kiwi', { agent }));
    expect(searches).toBe(before);
    expect(partsText(parts)).toMatch(/did not answer/);
  });

  it('begins at once, keeps its pace and stops at once', async () => {
    const cancel = new AbortController();
    const agent = { id: 'a', name: 'guide', provider: 'guide', settings: { tokensPerS: 100 } };
    const startedAt = performance.now();
    const arrivals: number[] = [];
    const stream = async (): Promise<void> => {
      for await (const part of guideWith().stream(contextOf('hello', { agent, signal: cancel.signal }))) {
        arrivals.push(performance.now() - startedAt);
        if (arrivals.length === 30) cancel.abort(new Error(`stopped after ${part.type}`));
      }
    };
    // Whether it waits for its pace just then, or is behind it.
    await expect(stream()).rejects.toThrow(/abort|stopped after text/);
    expect(arrivals[0]).toBeLessThan(500);
    expect(arrivals).toHaveLength(30);
    expect(arrivals[29]).toBeGreaterThan(180);
  });
});
