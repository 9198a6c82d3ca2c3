import { describe, expect, it } from '@jest/globals';
import { nextTrip } from '../src/outbox/outbox-queue.js';
import type { OutboxItem } from '../src/outbox/outbox-item.js';
import { fakeClient } from './fake-client.js';
import { FakeServer, THREAD } from './fake-server.js';
import { VirtualClock } from './virtual-clock.js';

async function world() {
  const server = new FakeServer(new VirtualClock());
  const client = fakeClient(server);
  client.start();
  client.openThread(THREAD);
  await server.clock.advance(1_000);
  const texts = (): string[] =>
    server.log.flatMap((event) =>
      event.type === 'message.sent'
        ? (event.data.body?.parts.map((part) => ('text' in part ? part.text : '')) ?? [])
        : [],
    );
  const states = (): string[] => client.outbox.getSnapshot().map(({ state }) => state.status);
  return { server, client, clock: server.clock, texts, states };
}

describe('Outbox', () => {
  it('keeps the order of what was written while offline', async () => {
    const { server, client, clock, texts, states } = await world();
    server.accepts = false;
    server.cut();
    for (let index = 0; index < 60; index += 1) client.send(THREAD, String(index));
    await clock.advance(5_000);
    expect(new Set(states())).toEqual(new Set(['queued']));
    server.accepts = true;
    await clock.advance(40_000);
    expect(texts()).toEqual(Array.from({ length: 60 }, (_, index) => String(index)));
    client.stop();
  });

  it('tries again what may succeed later, under the same id', async () => {
    const { server, client, clock, texts, states } = await world();
    server.onSend = () => ({ code: 'unavailable', retryable: true });
    client.send(THREAD, 'patience');
    await clock.advance(500);
    expect(states()).toEqual(['queued']);
    server.onSend = null;
    await clock.advance(10_000);
    expect(texts()).toEqual(['patience']);
    client.stop();
  });

  it('does not hold a message for as long as the clock is set back', async () => {
    const { server, client, clock, texts } = await world();
    server.onSend = () => ({ code: 'unavailable', retryable: true });
    client.send(THREAD, 'patience');
    await clock.advance(500);
    server.onSend = null;
    clock.set(-3_600_000);
    await clock.advance(10_000);
    expect(texts()).toEqual(['patience']);
    client.stop();
  });

  it('tells why a message cannot be sent, and lets it be sent after all', async () => {
    const { server, client, clock, texts } = await world();
    server.onSend = () => ({ code: 'conflict', retryable: false });
    const id = client.send(THREAD, 'refused');
    await clock.advance(100);
    server.onSend = null;
    client.send(THREAD, 'goes on');
    await clock.advance(1_000);
    expect(client.outbox.getSnapshot()).toMatchObject([{ state: { status: 'failed', code: 'conflict' } }]);
    expect(texts()).toEqual(['goes on']);
    client.outbox.retry(id);
    await clock.advance(1_000);
    expect(texts()).toEqual(['goes on', 'refused']);
    client.stop();
  });

  it('fails what waits behind a message that its thread refuses for good', async () => {
    const { server, client, clock, states } = await world();
    server.answers = false;
    client.send(THREAD, 'first');
    client.send(THREAD, 'second');
    await clock.advance(100);
    server.onSend = () => ({ code: 'forbidden', retryable: false });
    server.answers = true;
    server.cut();
    await clock.advance(20_000);
    expect(states()).toEqual(['failed', 'failed']);
    client.stop();
  });

  it('refuses a message that is too long before it leaves', async () => {
    const { client } = await world();
    client.send(THREAD, 'x'.repeat(34 * 1_024));
    expect(client.outbox.getSnapshot()).toMatchObject([
      { state: { status: 'failed', code: 'too_large', message: 'The message is too long (34.1 of 32 KiB)' } },
    ]);
    client.stop();
  });

  it('gives words back only while they are not under way', async () => {
    const { server, client, clock } = await world();
    server.answers = false;
    const first = client.send(THREAD, 'gone out');
    const second = client.send(THREAD, 'still here');
    await clock.advance(10);
    expect(client.outbox.remove(first)).toBeNull();
    expect(client.outbox.remove(second)).toEqual({ parts: [{ type: 'text', text: 'still here' }] });
    client.stop();
  });
});

describe('nextTrip', () => {
  const item = (id: string, size: number): OutboxItem => ({
    clientMessageId: id,
    threadId: THREAD,
    body: { parts: [{ type: 'text', text: 'x'.repeat(size) }] },
    createdAt: 0,
    expiresAt: 1,
    attempts: 0,
    nextAt: 0,
    state: { status: 'queued' },
  });

  it('takes as many messages as fit, and always one', () => {
    const items = [item('a', 1_000), item('b', 1_000), item('c', 1_000)];
    const idsOf = (messages: number, bytes: number) =>
      nextTrip(items, THREAD, { messages, bytes }).map(({ clientMessageId }) => clientMessageId);
    expect(idsOf(2, 100_000)).toEqual(['a', 'b']);
    expect(idsOf(50, 2_500)).toEqual(['a', 'b']);
    expect(idsOf(50, 10)).toEqual(['a']);
  });
});
