import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Random } from '../../random/random.js';
import { Recorder } from '../recorder.js';
import { planAnswer } from './answer-plan.js';
import { tagOf } from './completion-request.js';
import { ModelServer } from './model-server.js';

const OURS = 'kanari-aaaaaaaaaaaa';
const THEIRS = 'kanari-bbbbbbbbbbbb';

let folder: string;
let recorder: Recorder;
let model: ModelServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-model-'));
  recorder = new Recorder(join(folder, 'history.jsonl'));
  model = await ModelServer.start(new Random(1), recorder);
});

afterEach(async () => {
  await model.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Message {
  readonly role: string;
  readonly content: string;
  readonly tool_call_id?: string;
}

/** Text that was streamed to a conversation. */
async function ask(...messages: Message[]): Promise<string> {
  const body = JSON.stringify({ model: 'm', stream: true, messages });
  const response = await fetch(`${model.baseUrl}/chat/completions`, { method: 'POST', body });
  const deltas = (await response.text()).matchAll(/"content":("(?:[^"\\]|\\.)*")/g);
  return [...deltas].map(([, json = '""']) => JSON.parse(json) as string).join('');
}

/** What was written down, without the marks of time. */
async function history(): Promise<Record<string, unknown>[]> {
  await recorder.close();
  const lines = readFileSync(recorder.file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A question that is answered without a mishap. */
function plainQuestion(): string {
  for (let number = 0; ; number++) {
    const question = `What is it? (${OURS} ${String(number)})`;
    if (planAnswer(new Random(1).split(tagOf(question)), question).mishap === undefined) return question;
  }
}

describe('ModelServer', () => {
  it('says the same to the same question, goes on from what was said, and echoes the mark of the thread', async () => {
    const question = { role: 'user', content: plainQuestion() };
    const whole = await ask(question);
    expect(whole).toContain(OURS);
    expect(await ask(question)).toBe(whole);
    const prefix = whole.slice(0, 20);
    expect(await ask(question, { role: 'assistant', content: prefix })).toBe(whole.slice(20));
  }, 60_000);

  it('tells of a tool that did something again, whatever the order of its keys, and of foreign words', async () => {
    const question = { role: 'user', content: plainQuestion() };
    const result = (content: string): Message => ({ role: 'tool', tool_call_id: 'thread.search-1', content });
    await ask(question, result('{"a":1,"b":2}'));
    await ask(question, result('{"b":2,"a":1}'));
    await ask(question, result('{"a":2,"b":2}'));
    await ask({ role: 'user', content: `${OURS} ${THEIRS}` });
    const entries = await history();
    expect(entries.filter(({ kind }) => kind === 'called')).toHaveLength(2);
    expect(entries.filter(({ what }) => what === 'leak')).toHaveLength(1);
  }, 60_000);
});
