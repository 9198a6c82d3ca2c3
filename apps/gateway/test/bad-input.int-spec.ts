import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, signToken } from '@holdfast/testing';
import { textBody, type ChatClient } from './support/chat-client.js';
import { Stage } from './support/stage.js';

const LIMITS = {
  LIMIT_BODY_BYTES: '1000',
  LIMIT_MESSAGES_PER_SEND: '10',
  LIMIT_RATE_MESSAGES: '10',
  LIMIT_RATE_WINDOW_MS: '1000',
  LIMIT_RATE_BURST: '20',
  LIMIT_OPEN_THREADS: '3',
  LIMIT_FRAME_BYTES: '65536',
  LIMIT_COMMANDS_PER_S: '50',
  LIMIT_CONNECTIONS: '60',
};

describe('bad input', () => {
  let stage: Stage;
  let ann: ChatClient;
  let threadId: string;

  beforeAll(async () => {
    stage = await Stage.set(1, LIMITS);
  }, 120_000);

  afterAll(async () => {
    expect(await stage.strike()).toEqual([0]);
  }, 30_000);

  beforeEach(async () => {
    ann = await stage.connect({ sub: `ann-${randomUUID()}` });
    threadId = await ann.createThread();
  });

  /** The socket still works, and the thread has what `events` says beyond its first entry. */
  async function unharmed(events = 0): Promise<void> {
    const page = await ann.do('events.pull', { threadId, afterSeq: 1, limit: 200 });
    expect(page.events).toHaveLength(events);
    expect(ann.socket.connected).toBe(true);
  }

  const message = (text: string, clientMessageId = randomUUID()) => ({ clientMessageId, body: textBody(text) });

  it.each<[string, string, (thread: string) => unknown[], string, string]>([
    ['an unknown command', 'thread.explode', () => [{}], 'unknown_command', 'no such command'],
    ['a name of the prototype', '__proto__', () => [{}], 'unknown_command', 'no such command'],
    ['no request', 'thread.open', () => [], 'invalid', 'one argument'],
    ['two requests', 'thread.open', (thread) => [{ threadId: thread, afterSeq: 0 }, {}], 'invalid', 'one argument'],
    ['text for a request', 'thread.open', () => ['x'], 'invalid', 'request: must be an object'],
    ['null for a request', 'thread.open', () => [null], 'invalid', 'request: must be an object'],
    ['a missing field', 'thread.open', () => [{ afterSeq: 0 }], 'invalid', 'threadId: must be a string'],
    ['a wrong type', 'thread.open', (thread) => [{ threadId: thread, afterSeq: '0' }], 'invalid', 'afterSeq'],
    [
      'a bad id deep inside',
      'message.send',
      (thread) => [{ threadId: thread, messages: [{ clientMessageId: 'x', body: textBody('hi') }] }],
      'invalid',
      'messages[0].clientMessageId: must be a UUID',
    ],
    [
      'NUL in a text',
      'message.send',
      (thread) => [{ threadId: thread, messages: [message('a\0b')] }],
      'invalid',
      'messages[0].body.parts[0].text: must not contain NUL or lone surrogates',
    ],
    [
      'a lone surrogate',
      'message.send',
      (thread) => [{ threadId: thread, messages: [message('a\ud800')] }],
      'invalid',
      'NUL or lone surrogates',
    ],
    [
      'blank text',
      'message.send',
      (thread) => [{ threadId: thread, messages: [message('  \n')] }],
      'invalid',
      'visible',
    ],
    [
      'binary in place of text',
      'message.send',
      (thread) => [{ threadId: thread, messages: [{ ...message(''), body: Buffer.from('x') }] }],
      'invalid',
      'messages[0].body',
    ],
    [
      'a body above the limit',
      'message.send',
      (thread) => [{ threadId: thread, messages: [message('ok'), message('x'.repeat(1_000))] }],
      'too_large',
      'messages[1].body: must be at most 1000 bytes',
    ],
    [
      'more messages than allowed',
      'message.send',
      (thread) => [{ threadId: thread, messages: Array.from({ length: 11 }, () => message('x')) }],
      'limit_exceeded',
      'messages: must be at most 10 entries',
    ],
    ['an unknown run', 'run.cancel', () => [{ runId: randomUUID() }], 'not_found', 'run'],
    [
      'a thread that does not exist',
      'events.pull',
      () => [{ threadId: randomUUID(), afterSeq: 0, limit: 1 }],
      'not_found',
      '',
    ],
    ['a cursor below nothing', 'thread.open', (thread) => [{ threadId: thread, afterSeq: -1 }], 'invalid', 'afterSeq'],
    ['half a cursor', 'thread.open', (thread) => [{ threadId: thread, afterSeq: 1.5 }], 'invalid', 'afterSeq'],
    [
      'a cursor beyond numbers',
      'thread.open',
      (thread) => [{ threadId: thread, afterSeq: 2 ** 60 }],
      'invalid',
      'afterSeq',
    ],
    [
      'an epoch of a kilobyte',
      'session.resume',
      (thread) => [{ threads: [{ threadId: thread, afterSeq: 0, epoch: 'e'.repeat(1_000) }], runs: [] }],
      'invalid',
      'threads[0].epoch',
    ],
    [
      'more threads than a resume takes',
      'session.resume',
      () => [{ threads: Array.from({ length: 201 }, () => ({ threadId: randomUUID(), afterSeq: 0 })), runs: [] }],
      'invalid',
      'threads',
    ],
    ['an offset below nothing', 'run.follow', () => [{ runId: randomUUID(), attempt: 0, off: -1 }], 'invalid', 'off'],
    [
      'an attempt beyond numbers',
      'run.follow',
      () => [{ runId: randomUUID(), attempt: 1e300, off: 0 }],
      'invalid',
      'attempt',
    ],
    [
      'history before the beginning',
      'thread.history',
      (thread) => [{ threadId: thread, beforeSeq: -5, limit: 10 }],
      'invalid',
      'beforeSeq',
    ],
    [
      'a page without end',
      'events.pull',
      (thread) => [{ threadId: thread, afterSeq: 0, limit: 1e9 }],
      'invalid',
      'limit',
    ],
  ])('%s is refused, and nothing is written', async (_name, command, requests, code, text) => {
    const answer = await ann.raw(command, ...requests(threadId));
    expect(answer).toMatchObject({ ok: false, error: { code, retryable: false } });
    expect(JSON.stringify(answer)).toContain(text);
    await unharmed();
  });

  it('answers cursors of the future and of other histories with a reset, and runs of nobody with no', async () => {
    const known = ann.all('session.ready')[0]?.epoch ?? '';
    const cursors = [
      { threadId, afterSeq: 2, epoch: known },
      { threadId, afterSeq: Number.MAX_SAFE_INTEGER, epoch: known },
      { threadId, afterSeq: 1, epoch: '0:0' },
      { threadId, afterSeq: 1, epoch: "'; drop table chat.event; --" },
      { threadId, afterSeq: 1 },
    ];
    for (const cursor of cursors) {
      const { thread } = await ann.do('thread.open', cursor);
      expect(thread).toMatchObject({ status: 'reset', epoch: known, head: 1, events: [{ seq: 1 }] });
    }
    const far = { threadId, afterSeq: Number.MAX_SAFE_INTEGER, limit: 200 };
    expect(await ann.do('events.pull', far)).toMatchObject({ head: 1, events: [], more: false });
    const runs = [{ runId: randomUUID(), attempt: 2_147_483_647, off: 2_147_483_647 }];
    expect(await ann.do('session.resume', { threads: [], runs })).toMatchObject({ runs: [{ status: 'denied' }] });
    await unharmed();
  });

  it('ignores malformed packets, events without a callback, and names of its own inner events', async () => {
    const { engine } = ann.socket.io;
    for (const packet of ['2/chat,["message.send",', '2/chat,{"a":1}', '2/chat,5["x"', '3/chat,77["late"]', 'x']) {
      engine.write(packet);
    }
    const socket = ann.socket as unknown as { emit: (name: string, ...args: unknown[]) => void };
    socket.emit('message.send', { threadId, messages: [message('no callback')] });
    socket.emit('error', 'x');
    await unharmed();
  });

  it('gives objects no new prototype', async () => {
    const { engine } = ann.socket.io;
    engine.write(
      `2/chat,9["message.send",{"threadId":"${threadId}","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"messages":[]}]`,
    );
    await unharmed();
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('accepts a text of exactly the limit', async () => {
    const overhead = JSON.stringify(textBody('')).length;
    const [result] = await ann.send(threadId, 'x'.repeat(1_000 - overhead));
    expect(result).toMatchObject({ ok: true });
    await unharmed(1);
  });

  it('limits the messages of a user and says when to try again', async () => {
    await ann.send(threadId, ...Array.from({ length: 10 }, () => 'x'));
    await ann.send(threadId, ...Array.from({ length: 10 }, () => 'x'));
    const refused = await ann.ask('message.send', {
      threadId,
      messages: Array.from({ length: 10 }, () => message('x')),
    });
    expect(refused).toMatchObject({ ok: false, error: { code: 'rate_limited', retryable: true } });
    const wait = refused.ok ? 0 : (refused.error.retryAfterMs ?? 0);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(1_000);
    await eventually(async () => {
      expect(await ann.ask('message.send', { threadId, messages: [message('x')] })).toMatchObject({ ok: true });
    });
  });

  it('counts changes of messages like messages', async () => {
    const [sent] = await ann.send(threadId, 'x');
    const messageId = sent?.ok === true ? sent.eventId : '';
    const edit = (ifRevision: number) =>
      ann.ask('message.edit', { threadId, messageId, commandId: randomUUID(), ifRevision, body: textBody('y') });
    const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => edit(n)));
    expect(answers.filter((answer) => !answer.ok && answer.error.code === 'rate_limited').length).toBeGreaterThan(5);
    await eventually(async () => {
      const remove = { threadId, messageId, commandId: randomUUID(), ifRevision: 1 };
      expect(await ann.ask('message.delete', remove)).not.toMatchObject({ error: { code: 'rate_limited' } });
    });
  });

  it('refuses a list that names a thread or a run twice', async () => {
    const cursor = (afterSeq: number) => ({ threadId, afterSeq });
    const run = { runId: randomUUID(), attempt: 0, off: 0 };
    for (const [field, request] of [
      ['threads', { threads: [cursor(0), cursor(1)], runs: [] }],
      ['runs', { threads: [], runs: [run, { ...run, off: 1 }] }],
    ] as const) {
      const refused = { ok: false, error: { code: 'invalid', message: `${field}: must name each entry once` } };
      expect(await ann.raw('session.resume', request)).toMatchObject(refused);
    }
    await unharmed();
  });

  it('tells of typing once a second, however often it changes, and of its end', async () => {
    const ben = await stage.connect({ sub: `ben-${randomUUID()}` });
    const shared = await ann.createThread([ben.userId]);
    await Promise.all([ann.open(shared), ben.open(shared)]);
    for (let n = 0; n < 20; n++) await ann.ask('typing.set', { threadId: shared, typing: n % 2 === 0 });
    await ben.next('typing.changed', ({ typing }) => !typing);
    expect(ben.all('typing.changed').length).toBeLessThanOrEqual(6);
    expect(ben.all('typing.changed').at(-1)?.typing).toBe(false);
  });

  it('limits the commands of a socket, and goes on with it', async () => {
    const answers = await Promise.all(Array.from({ length: 300 }, () => ann.raw('thread.close', { threadId })));
    const refused = answers.filter((answer) => !answer.ok);
    expect(refused.length).toBeGreaterThan(50);
    expect(refused[0]).toMatchObject({ error: { code: 'rate_limited', retryable: true } });
    await eventually(() => unharmed());
  });

  it('limits the threads that a socket has open', async () => {
    const more = await Promise.all([ann.createThread(), ann.createThread(), ann.createThread()]);
    const all = [threadId, ...more];
    for (const id of all.slice(0, 3)) expect(await ann.open(id)).toMatchObject({ status: 'reset' });
    const fourth = { threadId: all[3] ?? '', afterSeq: 0 };
    expect(await ann.ask('thread.open', fourth)).toMatchObject({ ok: false, error: { code: 'limit_exceeded' } });
    expect(await ann.open(threadId)).toMatchObject({ status: 'reset' });
    await ann.do('thread.close', { threadId });
    expect(await ann.ask('thread.open', fourth)).toMatchObject({ ok: true });
    const resume = { threads: all.map((id) => ({ threadId: id, afterSeq: 0 })), runs: [] };
    expect(await ann.ask('session.resume', resume)).toMatchObject({ error: { code: 'limit_exceeded' } });
  });

  it('closes a socket whose frame is above the limit, and no other', async () => {
    const eve = await stage.connect({ sub: 'eve' });
    const closed = new Promise((resolve) => eve.socket.once('disconnect', resolve));
    void eve.raw('thread.create', { title: 'x'.repeat(70_000) }).catch(() => undefined);
    expect(await closed).toBe('transport close');
    await unharmed();
  });

  it('admits no more sockets than it can bear, and the next when one has gone', async () => {
    const crowd = await Promise.all(
      Array.from({ length: 30 }, async (_, n) => {
        const client = stage.attempt({ token: await signToken({ sub: `crowd-${String(n)}` }) });
        return Promise.race([client.next('session.ready').then(() => client), client.refusal().then(() => undefined)]);
      }),
    );
    const admitted = crowd.filter((client) => client !== undefined);
    expect(admitted.length).toBeLessThan(30);
    for (const client of admitted) client.close();
    await eventually(async () => {
      await stage.connect({ sub: 'late' });
    });
  });
});
