import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { COMMANDS, type CommandName, type CommandRequest } from '@holdfast/contracts';
import { GUIDE_AGENT_ID } from '@holdfast/database';
import { textBody, type ChatClient } from './support/chat-client.js';
import { Stage } from './support/stage.js';

interface Target {
  readonly threadId: string;
  readonly messageId: string;
  readonly runId: string;
}

/** What a stranger tries, and what the answer must contain; `nothing` = the command names nothing of anybody's. */
const ATTEMPTS: {
  readonly [N in CommandName]: { request: (target: Target) => CommandRequest<N>; answer: object } | 'nothing';
} = {
  'session.resume': {
    request: ({ threadId, runId }) => ({
      threads: [{ threadId, afterSeq: 0 }],
      runs: [{ runId, attempt: 0, off: 0 }],
    }),
    answer: { ok: true, threads: [{ status: 'denied' }], runs: [{ status: 'denied' }] },
  },
  'session.renew': 'nothing',
  'thread.create': {
    request: ({ threadId }) => ({ threadId, title: 'mine now', agentId: null }),
    answer: { ok: false, error: { code: 'conflict' } },
  },
  'thread.open': {
    request: ({ threadId }) => ({ threadId, afterSeq: 0 }),
    answer: { ok: true, thread: { status: 'denied' } },
  },
  'thread.close': 'nothing',
  'thread.history': {
    request: ({ threadId }) => ({ threadId, beforeSeq: 100, limit: 10 }),
    answer: { ok: false, error: { code: 'not_found' } },
  },
  'message.send': {
    request: ({ threadId }) => ({
      threadId,
      messages: [{ clientMessageId: randomUUID(), body: textBody('intruder') }],
    }),
    answer: { ok: true, results: [{ ok: false, error: { code: 'not_found' } }] },
  },
  'message.edit': {
    request: ({ threadId, messageId }) => ({
      ...{ threadId, messageId, commandId: randomUUID(), ifRevision: 0 },
      body: textBody('intruder'),
    }),
    answer: { ok: false, error: { code: 'not_found' } },
  },
  'message.delete': {
    request: ({ threadId, messageId }) => ({ threadId, messageId, commandId: randomUUID(), ifRevision: 0 }),
    answer: { ok: false, error: { code: 'not_found' } },
  },
  'events.pull': {
    request: ({ threadId }) => ({ threadId, afterSeq: 0, limit: 10 }),
    answer: { ok: false, error: { code: 'not_found' } },
  },
  'run.follow': {
    request: ({ runId }) => ({ runId, attempt: 0, off: 0 }),
    answer: { ok: true, run: { status: 'denied' } },
  },
  'run.cancel': { request: ({ runId }) => ({ runId }), answer: { ok: false, error: { code: 'not_found' } } },
  'run.retry': {
    request: ({ runId }) => ({ runId, mode: 'regenerate', commandId: randomUUID() }),
    answer: { ok: false, error: { code: 'not_found' } },
  },
  'read.mark': {
    request: ({ threadId }) => ({ threadId, seq: 1 }),
    answer: { ok: false, error: { code: 'not_found' } },
  },
  'typing.set': {
    request: ({ threadId }) => ({ threadId, typing: true }),
    answer: { ok: false, error: { code: 'forbidden' } },
  },
  'presence.get': {
    request: ({ threadId }) => ({ threadId }),
    answer: { ok: false, error: { code: 'not_found' } },
  },
  'system.status': 'nothing',
};

const NAMES = Object.keys(COMMANDS) as CommandName[];
const CANARY = 'the secret of ann';

describe('a thread and those who do not belong to it', () => {
  let stage: Stage;
  let ann: ChatClient;
  let target: Target;
  const strangers = new Map<string, ChatClient>();

  beforeAll(async () => {
    stage = await Stage.set(1);
    await stage.tenant('other');
    ann = await stage.connect({ sub: 'ann' });
    strangers.set('another user', await stage.connect({ sub: 'eve' }));
    // The same subject in another tenant is another person.
    strangers.set('another tenant', await stage.connect({ sub: 'ann', tenant: 'other' }));
    const threadId = await ann.createThread([], GUIDE_AGENT_ID);
    await ann.open(threadId);
    const [sent] = await ann.send(threadId, CANARY);
    if (sent?.ok !== true) throw new Error('not sent');
    target = { threadId, messageId: sent.eventId, runId: sent.runId ?? '' };
  }, 120_000);

  afterAll(async () => {
    expect(await stage.strike()).toEqual([0]);
  }, 30_000);

  const cases = ['another user', 'another tenant'].flatMap((who) => NAMES.map((name) => [who, name] as const));

  it.each(cases)('%s gets nothing by %s', async (who, name) => {
    const attempt = ATTEMPTS[name];
    if (attempt === 'nothing') return;
    const stranger = strangers.get(who);
    const answer = await stranger?.raw(name, attempt.request(target));
    expect(answer).toMatchObject(attempt.answer);
    expect(JSON.stringify(answer)).not.toContain(CANARY);
  });

  it('nor can they tell it from one that does not exist', async () => {
    const nowhere = { threadId: randomUUID(), messageId: randomUUID(), runId: randomUUID() };
    for (const stranger of strangers.values()) {
      for (const name of NAMES.filter((one) => one !== 'thread.create')) {
        const attempt = ATTEMPTS[name];
        if (attempt === 'nothing') continue;
        const answers = await Promise.all([target, nowhere].map((one) => stranger.raw(name, attempt.request(one))));
        const [real, absent] = answers.map((answer) => anonymous(answer));
        expect(real).toEqual(absent);
      }
    }
  });

  it('and after all that the thread is as it was, and nobody else heard of it', async () => {
    const page = await ann.do('events.pull', { threadId: target.threadId, afterSeq: 0, limit: 200 });
    expect(page.events.map(({ type }) => type)).toEqual(['member.added', 'member.added', 'message.sent']);
    expect((await ann.do('run.follow', { runId: target.runId, attempt: 0, off: 0 })).run.status).toBe('tail');
    for (const stranger of strangers.values()) {
      expect(JSON.stringify(stranger.received)).not.toContain(target.threadId);
      expect(stranger.socket.connected).toBe(true);
    }
  });
});

/** An answer without the ids that its request contained, and without its own. */
function anonymous(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}/g, 'id'));
}
