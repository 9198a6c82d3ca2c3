import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LogEvent } from '@holdfast/contracts';
import { appendMessages, removeMember } from '@holdfast/conversation';
import { eventually } from '@holdfast/testing';
import { textBody, type ChatClient } from './support/chat-client.js';
import { Stage } from './support/stage.js';

const SLOW = { timeoutMs: 20_000 };
const RELAXED = { LIMIT_RATE_MESSAGES: '100000', LIMIT_RATE_BURST: '100000' };

/** What a client holds of one thread: it takes what continues its state and nothing else. */
class Held {
  readonly events: LogEvent[] = [];

  take(events: readonly LogEvent[]): void {
    for (const event of events) {
      if (event.seq <= this.last) continue;
      if (this.events.length > 0 && event.seq !== this.last + 1) throw new Error(`a hole before ${String(event.seq)}`);
      this.events.push(event);
    }
  }

  reset(events: readonly LogEvent[]): void {
    this.events.splice(0, this.events.length, ...events);
  }

  get last(): number {
    return this.events.at(-1)?.seq ?? 0;
  }
}

describe('a client that comes back', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.set(2, RELAXED);
  }, 120_000);

  afterAll(async () => {
    expect(await stage.strike()).toEqual([0, 0]);
  }, 60_000);

  const tenantOf = async () => {
    const [row] = await stage.db.query<{ id: string }>({ name: 'tenant', text: 'select id from chat.tenant' });
    return row?.id ?? '';
  };

  /** Appends without a word to anybody. */
  async function append(threadId: string, sender: ChatClient, count: number, text = 'missed'): Promise<void> {
    const tenantId = await tenantOf();
    const rows = Array.from({ length: count }, (_, index) => ({
      ...{ tenantId, threadId, senderId: sender.userId, clientMessageId: randomUUID() },
      body: textBody(`${text} ${String(index)}`),
    }));
    await appendMessages(stage.db, rows);
  }

  /** Resumes one thread and pulls the rest, as a client does; live events arrive on the side. */
  async function comeBack(client: ChatClient, threadId: string, held: Held): Promise<void> {
    const cursor = { threadId, afterSeq: held.last, ...(held.last > 0 ? { epoch: epochOf(client) } : {}) };
    const [thread] = (await client.do('session.resume', { threads: [cursor], runs: [] })).threads;
    if (thread?.status === 'pending') return comeBack(client, threadId, held);
    if (thread?.status !== 'delta' && thread?.status !== 'reset') throw new Error('not resumed');
    if (thread.status === 'reset') held.reset(thread.events);
    else held.take(thread.events);
    while (held.last < thread.head) {
      held.take((await client.do('events.pull', { threadId, afterSeq: held.last, limit: 200 })).events);
    }
  }

  function epochOf(client: ChatClient): string {
    return client.all('session.ready')[0]?.epoch ?? '';
  }

  it.each([1, 150, 201, 1_000])(
    'after missing %i entries has all of them, whatever is sent meanwhile',
    async (missed) => {
      const [ann, away] = await Promise.all([stage.connect({ sub: 'ann' }), stage.connect({ sub: 'bob' }, 1)]);
      const threadId = await ann.createThread([away.userId]);
      const held = new Held();
      await comeBack(away, threadId, held);
      away.close();

      const [sent] = missed > 1 ? await ann.send(threadId, 'teh text') : [];
      if (sent?.ok === true) {
        const target = { threadId, messageId: sent.eventId };
        await ann.do('message.edit', { ...target, commandId: randomUUID(), ifRevision: 0, body: textBody('the text') });
        await ann.do('message.delete', { ...target, commandId: randomUUID(), ifRevision: 1 });
      }
      await append(threadId, ann, missed - (missed > 1 ? 3 : 0));

      const bob = await stage.connect({ sub: 'bob' }, 1);
      const sending = Promise.all(Array.from({ length: 20 }, (_, n) => ann.send(threadId, `meanwhile ${String(n)}`)));
      await comeBack(bob, threadId, held);
      await sending;
      await eventually(() => {
        held.take(bob.events(threadId));
        expect(held.last).toBe(2 + missed + 20);
      }, SLOW);

      const truth: LogEvent[] = [];
      for (let more = true; more;) {
        const afterSeq = truth.at(-1)?.seq ?? (held.events[0]?.seq ?? 1) - 1;
        const page = await ann.do('events.pull', { threadId, afterSeq, limit: 200 });
        truth.push(...page.events);
        more = page.more;
      }
      expect(held.events.map(({ seq, id, type }) => [seq, id, type])).toEqual(
        truth.map(({ seq, id, type }) => [seq, id, type]),
      );
    },
    60_000,
  );

  it('is answered with no more than a line can bear, and gets the rest when it asks', async () => {
    const ann = await stage.connect({ sub: 'ann' });
    const epoch = epochOf(ann);
    const threadIds = await Promise.all(Array.from({ length: 40 }, () => ann.createThread()));
    const text = 'x'.repeat(20_000);
    for (const threadId of threadIds) await append(threadId, ann, 20, text);
    const threads = threadIds.map((threadId) => ({ threadId, afterSeq: 1, epoch }));
    const answer = await ann.do('session.resume', { threads, runs: [] });
    expect(JSON.stringify(answer).length).toBeLessThan(2 * 1_048_576);
    for (const threadId of threadIds) {
      const held = new Held();
      held.reset((await ann.do('events.pull', { threadId, afterSeq: 0, limit: 1 })).events);
      await comeBack(ann, threadId, held);
      expect(held.events).toHaveLength(21);
    }
  }, 60_000);

  it('gets nothing of a thread that it was removed from while it resumed', async () => {
    const [ann, bob] = await Promise.all([stage.connect({ sub: 'ann' }), stage.connect({ sub: 'bob' })]);
    const threadId = await ann.createThread([bob.userId]);
    const principal = { tenantId: await tenantOf(), userId: ann.userId, roles: [] };
    const [{ threads }] = await Promise.all([
      bob.do('session.resume', { threads: [{ threadId, afterSeq: 0 }], runs: [] }),
      removeMember(stage.db, principal, { threadId, userId: bob.userId }),
    ]);
    await ann.send(threadId, 'not for bob');
    if (threads[0]?.status !== 'denied') await bob.next('thread.closed', (closed) => closed.threadId === threadId);
    const again = await bob.do('session.resume', { threads: [{ threadId, afterSeq: 0 }], runs: [] });
    expect(again.threads).toEqual([{ status: 'denied', threadId }]);
    expect(JSON.stringify(bob.received)).not.toContain('not for bob');
  }, 30_000);
});
