import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Statement } from '@holdfast/database';
import { eventually } from '@holdfast/testing';
import { Conversation } from './conversation.js';
import { TestWorker } from './test-worker.js';

const AGE: Statement = {
  name: 'test_age_run',
  text: `update chat.run set created_at = created_at - make_interval(secs => $2) where id = $1`,
};

describe('a run that is claimed late while nobody judges what waits', () => {
  let conversation: Conversation;
  let worker: TestWorker;

  beforeAll(async () => {
    conversation = await Conversation.open();
  });

  afterEach(() => worker.close());

  afterAll(() => conversation.close());

  async function ended(threadId: string, runId: string): Promise<void> {
    await eventually(
      async () => {
        expect(await conversation.ending(threadId, runId)).toMatchObject({ outcome: 'completed' });
      },
      { timeoutMs: 20_000 },
    );
  }

  /** What the worker has counted once as much as `results` is there. */
  function counted(results: readonly string[]): Promise<void> {
    const seen: string[] = [];
    return eventually(
      () => {
        worker.recorder.drain(({ slo, good, bad }) => {
          seen.push(...Array<string>(good).fill(`${slo} good`), ...Array<string>(bad).fill(`${slo} bad`));
        });
        expect(seen.sort()).toEqual([...results].sort());
      },
      { timeoutMs: 20_000 },
    );
  }

  it('is bad once its deadline from the ask on has passed, however soon it completes then', async () => {
    worker = new TestWorker({ url: conversation.url });
    const threadId = await conversation.thread();
    const runId = await conversation.ask(threadId, 'Anybody?');
    await conversation.db.query(AGE, [runId, 31]);
    await worker.dispatcher.offer(runId);
    await ended(threadId, runId);
    await counted(['chat-response-time bad', 'agent-execution bad']);
  });

  it('has its whole time for the execution if the answer before it in its thread was in its way', async () => {
    worker = new TestWorker({ url: conversation.url });
    const threadId = await conversation.thread();
    const first = await conversation.ask(threadId, 'How do answers stream?');
    await worker.dispatcher.offer(first);
    const second = await conversation.ask(threadId, 'And how are they kept?');
    await conversation.db.query(AGE, [second, 31]);
    await ended(threadId, first);
    await worker.dispatcher.offer(second);
    await ended(threadId, second);
    const both = ['agent-execution good', 'agent-execution good'];
    await counted([...both, 'chat-response-time good', 'chat-response-time bad']);
  });
});
