import { describe, expect, it } from '@jest/globals';
import type { HistoryMessage } from '../agent.port.js';
import { AnswerWriter } from './answer-writer.js';
import { KNOWLEDGE } from './docs/knowledge.js';
import { loadDocs } from './docs/load-docs.js';
import { piecesOf } from './pieces.js';

const writer = new AnswerWriter(KNOWLEDGE, loadDocs(import.meta.dirname));

function conversation(...texts: readonly string[]): HistoryMessage[] {
  return texts.map((text, i) => ({
    messageId: `m${String(i)}`,
    role: i % 2 === 0 ? 'person' : 'agent',
    name: i % 2 === 0 ? 'Ada' : 'guide',
    parts: [{ type: 'text', text }],
  }));
}

function say(...texts: readonly string[]): string {
  const plan = writer.plan(conversation(...texts));
  return 'text' in plan ? plan.text : `[${plan.tool}]`;
}

describe('AnswerWriter', () => {
  it.each([
    ['What is Holdfast?', /chat backend for AI agents/],
    ['What is this?', /chat backend for AI agents/],
    ['What happens when a worker crashes?', /lease/],
    ['What happens if Redis goes down?', /Redis only makes things faster/],
    ['what if postgres is down', /Without Postgres nothing is acknowledged/],
    ['Can messages get lost?', /only after its Postgres transaction/],
    ['How do answers stream?', /about every 50 ms/],
    ['How do I connect my own model?', /holdfast agent create/],
    ['do I need sticky sessions?', /sticky sessions/],
    ['How do I start it?', /npm start/],
    ['How do I run it?', /npm start/],
    ['What is a run?', /one execution of an agent/],
    ['what are doorbells', /look at Postgres/],
    ['What does epoch mean?', /history that numbered/],
    ['are you a language model?', /not a language model/],
    ['What guarantees does it give?', /Acknowledged means durable/],
    ['What are the limits?', /32 KiB/],
    ['How does it handle duplicate messages?', /unique per thread and sender/],
    ['What happens on a rolling deploy?', /SIGTERM/],
    ['How do health checks work?', /\/health\/ready/],
  ])('answers %j', (question, expected) => {
    expect(say(question)).toMatch(expected);
  });

  it.each(['What is the capital of France?', 'asdf qwer', 'Wie wird das Wetter morgen in Berlin?'])(
    'admits that it does not know %j',
    (question) => {
      expect(say(question)).toMatch(/^I do not know that\./);
    },
  );

  it('greets by name and says what it can do', () => {
    expect(say('hello')).toMatch(/^Hello, Ada!.*You can ask me/s);
  });

  it('says more about the last topic, and nothing twice', () => {
    const question = 'How do answers stream?';
    const first = say(question);
    const second = say(question, first, 'tell me more');
    expect(second).not.toContain(first.slice(0, 80));
    expect(second.length).toBeGreaterThan(50);
    expect(say('more')).toMatch(/^That is all/);
  });

  it('writes long enough to watch it stream', () => {
    const long = say('write a long answer about streaming');
    expect(piecesOf(long).length).toBeGreaterThan(600);
    expect(long).toContain('### How answers stream');
    expect(say('write a long answer')).not.toBe(long);
  });

  it('lists search hits without the question itself', () => {
    const history = conversation('search for kiwi');
    const hit = (messageId: string, text: string) => ({
      messageId,
      sender: 'Bob',
      at: '2026-01-02T03:04:05.000Z',
      text,
    });
    const result = { hits: [hit('m0', 'search for kiwi'), hit('m9', 'A *kiwi* a day')] };
    expect(writer.conclude(history, { ok: true, result })).toBe(
      'One message in this thread matches “kiwi”:\n\n- **Bob**, 2026-01-02 03:04 UTC: “A \\*kiwi\\* a day”',
    );
    expect(writer.conclude(history, { ok: true, result: { hits: [] } })).toMatch(/found nothing/);
    expect(writer.conclude(history, { ok: false, result: {} })).toMatch(/did not answer/);
  });

  it('reports what runs, and says so when the registry is away', () => {
    const history = conversation('system status');
    const at = '2026-01-01T01:00:00.000Z';
    const instance = { app: 'gateway', version: '1', state: 'ready', startedAt: '2026-01-01T00:00:00.000Z', ageMs: 1 };
    const status = { version: '0.1.0', at, registry: 'available', sloService: null };
    const instances = [{ ...instance, instanceId: 'gateway-1', connections: 3, loopLagMs: 1.25 }];
    const text = writer.conclude(history, { ok: true, result: { ...status, instances } });
    expect(text).toContain('**1 gateway** and **0 workers**; the SLO service does not answer');
    expect(text).toContain('| `gateway-1` | gateway | ready | 3 | 1.3 ms | 1 h |');
    const away = writer.conclude(history, { ok: true, result: { ...status, registry: 'unavailable', instances: [] } });
    expect(away).toMatch(/Redis does not answer/);
  });
});
