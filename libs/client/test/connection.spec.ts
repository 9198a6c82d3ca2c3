import { describe, expect, it } from '@jest/globals';
import { Connection, type ConnectionOptions, type TokenProvider } from '../src/connection/connection.js';
import { Diagnostics } from '../src/wire/diagnostics.js';
import type { Transport, TransportHandlers } from '../src/wire/transport.js';
import { fakeClient, threadOf } from './fake-client.js';
import { FakeServer, THREAD } from './fake-server.js';
import { VirtualClock } from './virtual-clock.js';

interface Opened {
  readonly token: string;
  readonly handlers: TransportHandlers;
  closed: boolean;
}

/** A connection whose sockets a test opens and ends by hand. */
function manual(overrides: Partial<ConnectionOptions> = {}) {
  const clock = new VirtualClock();
  const server = new FakeServer(clock);
  const opened: Opened[] = [];
  const tokens: string[] = [];
  const transport: Transport = {
    open: (token, handlers) => {
      const socket: Opened = { token, handlers, closed: false };
      opened.push(socket);
      return {
        send: () => undefined,
        close: (reason) => {
          if (socket.closed) return;
          socket.closed = true;
          handlers.onEnd({ kind: 'lost', reason });
        },
      };
    },
  };
  const token: TokenProvider = (purpose) => {
    tokens.push(purpose);
    return Promise.resolve(`token ${String(tokens.length)}`);
  };
  const connection = new Connection({
    transport,
    token,
    clock,
    signals: { online: () => true, visible: () => true, onWake: () => () => undefined },
    random: () => 0.5,
    diagnostics: new Diagnostics(),
    sync: () => Promise.resolve(),
    onEvent: () => undefined,
    ...overrides,
  });
  return { connection, clock, server, opened, tokens };
}

describe('Connection', () => {
  it('tells when the next try starts, and starts it then', async () => {
    const { connection, clock, opened } = manual();
    connection.start();
    await clock.advance(1);
    opened[0]?.handlers.onEnd({ kind: 'lost', reason: 'transport close' });
    await clock.advance(0);

    const state = connection.getSnapshot();
    if (state.status !== 'waiting') throw new Error(`expected waiting, got ${state.status}`);
    const wait = state.nextAt - clock.now();
    expect(wait).toBeLessThanOrEqual(2_000);
    await clock.advance(wait - 1);
    expect(opened).toHaveLength(1);
    await clock.advance(1);
    expect(opened).toHaveLength(2);
    connection.stop();
  });

  it('waits longer with each failure, never above 30 s', async () => {
    const { connection, clock, opened } = manual({ random: () => 0.999 });
    connection.start();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await clock.advance(1);
      opened.at(-1)?.handlers.onEnd({ kind: 'lost', reason: 'down' });
      await clock.advance(0);
      const state = connection.getSnapshot();
      if (state.status !== 'waiting') throw new Error(state.status);
      waits.push(state.nextAt - clock.now());
      await clock.advance(state.nextAt - clock.now());
    }
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(Math.max(...waits)).toBeLessThanOrEqual(30_000);
    connection.stop();
  });

  it('asks for another token once when one is refused, and halts at the second refusal', async () => {
    const { connection, clock, opened, tokens } = manual();
    connection.start();
    const refuse = async (): Promise<void> => {
      await clock.advance(5_000);
      const data = { code: 'unauthenticated', mayReconnect: false };
      opened.at(-1)?.handlers.onEnd({ kind: 'refused', reason: 'the token is forged', data });
      await clock.advance(0);
    };
    await refuse();
    expect(connection.getSnapshot().status).toBe('waiting');
    await refuse();
    expect(tokens).toEqual(['connect', 'rejected']);
    expect(connection.getSnapshot()).toEqual({ status: 'halted', code: 'unauthenticated' });
  });

  it('halts where a newer client is needed', async () => {
    const { connection, clock, opened } = manual();
    connection.start();
    await clock.advance(1);
    opened[0]?.handlers.onEnd({ kind: 'refused', reason: 'too old', data: { code: 'unsupported_protocol' } });
    await clock.advance(0);
    expect(connection.getSnapshot()).toEqual({ status: 'halted', code: 'unsupported_protocol' });
  });

  it('gives up a socket that stays silent after it opened', async () => {
    const { connection, clock, opened } = manual();
    connection.start();
    await clock.advance(1);
    opened[0]?.handlers.onOpen();
    expect(connection.getSnapshot().status).toBe('authenticating');
    await clock.advance(10_000);
    expect(opened[0]?.closed).toBe(true);
    expect(connection.getSnapshot().status).toBe('waiting');
    connection.stop();
  });
});

async function live() {
  const server = new FakeServer(new VirtualClock());
  const client = fakeClient(server);
  client.start();
  client.openThread(THREAD);
  await server.clock.advance(1_000);
  expect(client.connection.getSnapshot().status).toBe('live');
  return { server, client, clock: server.clock };
}

describe('a live session', () => {
  it('moves to another instance before it leaves a draining one, without being without a connection', async () => {
    const { server, client, clock } = await live();
    const seen = new Set<string>();
    client.connection.subscribe(() => seen.add(client.connection.getSnapshot().status));
    server.instanceId = 'gateway-2';
    server.emit('server.draining', { reconnectAfterMs: 500, deadlineMs: 20_000, reason: 'deploy' });
    await clock.advance(400);
    expect(client.connection.getSnapshot().status).toBe('draining');
    client.send(THREAD, 'typed while draining');
    await clock.advance(2_000);

    expect(seen).toEqual(new Set(['draining', 'live']));
    expect(client.connection.getSnapshot()).toMatchObject({ status: 'live', instanceId: 'gateway-2' });
    expect(server.peers.size).toBe(1);
    expect(threadOf(client).timeline.items).toHaveLength(1);
    client.stop();
  });

  it('goes on with its move when the draining instance closes early, without another wait', async () => {
    const { server, client, clock } = await live();
    const seen: string[] = [];
    client.connection.subscribe(() => seen.push(client.connection.getSnapshot().status));
    server.emit('server.draining', { reconnectAfterMs: 500, deadlineMs: 600, reason: 'deploy' });
    await clock.advance(503);
    server.cut();
    await clock.advance(100);
    expect(seen).toEqual(['draining', 'connecting', 'authenticating', 'syncing', 'live']);
    client.stop();
  });

  it('keeps to the time that the server chose when it closes before', async () => {
    const { server, client, clock } = await live();
    server.emit('server.draining', { reconnectAfterMs: 5_000, deadlineMs: 6_000, reason: 'deploy' });
    await clock.advance(1_000);
    const moveAt = clock.now() + 4_000;
    server.cut();
    await clock.advance(0);
    expect(client.connection.getSnapshot()).toMatchObject({ status: 'waiting', nextAt: moveAt });
    await clock.advance(4_100);
    expect(client.connection.getSnapshot().status).toBe('live');
    client.stop();
  });

  it('is announced only after it caught up with what was missed', async () => {
    const { server, client, clock } = await live();
    server.cut();
    server.say('missed');
    let itemsWhenLive = -1;
    client.connection.subscribe(() => {
      if (client.connection.getSnapshot().status === 'live') itemsWhenLive = threadOf(client).timeline.items.length;
    });
    await clock.advance(5_000);
    expect(itemsWhenLive).toBe(1);
    client.stop();
  });

  it('finds out that nobody answers any more and connects anew', async () => {
    const { server, client, clock } = await live();
    server.answers = false;
    client.send(THREAD, 'into the void');
    await clock.advance(8_000 + 3_000 + 100);
    expect(client.connection.getSnapshot().status).not.toBe('live');
    server.answers = true;
    await clock.advance(10_000);
    expect(client.connection.getSnapshot().status).toBe('live');
    expect(server.log).toHaveLength(1);
    client.stop();
  });

  it('goes to another endpoint when one is gone, and stays there', async () => {
    const clock = new VirtualClock();
    const [near, far] = [new FakeServer(clock), new FakeServer(clock)];
    const tried: string[] = [];
    const asked: string[] = [];
    const servers = new Map([
      ['https://near', near],
      ['https://far', far],
    ]);
    const client = fakeClient(near, {
      url: ['https://near', 'https://far'],
      transport: (url) => ({
        open: (token, handlers) => {
          tried.push(url);
          return (servers.get(url) ?? near).transport.open(token, handlers);
        },
      }),
      fetch: (input) => {
        asked.push(new URL(new Request(input).url).host);
        return Promise.reject(new TypeError('no network'));
      },
    });
    client.start();
    await clock.advance(1_000);
    near.accepts = false;
    near.cut();
    await clock.advance(40_000);
    expect(client.connection.getSnapshot().status).toBe('live');
    expect(tried).toEqual(['https://near', 'https://near', 'https://far']);
    far.cut();
    await clock.advance(40_000);
    expect(tried.at(-1)).toBe('https://far');
    await client.api.me().catch(() => undefined);
    expect(asked.at(-1)).toBe('far');
    client.stop();
  });

  const CLOCK_SET_BY_MS = [0, -3_600_000, 3_600_000];
  it.each(CLOCK_SET_BY_MS)('finds a link that swallows everything within 10 s, clock set by %d ms', async (byMs) => {
    const { server, client, clock } = await live();
    clock.set(byMs);
    server.answers = false;
    server.delivers = false;
    await clock.advance(10_000);
    expect(client.connection.getSnapshot().status).not.toBe('live');
    client.stop();
  });

  it('asks only when nothing was heard, and nobody while the page is hidden', async () => {
    let visible = true;
    const server = new FakeServer(new VirtualClock());
    const client = fakeClient(server, {
      signals: { online: () => true, visible: () => visible, onWake: () => () => undefined },
    });
    client.start();
    client.openThread(THREAD);
    await server.clock.advance(1_000);
    const probes = (): number => server.commands.filter((name) => name === 'session.resume').length;
    const before = probes();
    for (let second = 0; second < 20; second += 1) {
      server.say('chatter');
      await server.clock.advance(1_000);
    }
    expect(probes()).toBe(before);
    await server.clock.advance(13_000);
    expect(probes()).toBe(before + 2);
    visible = false;
    await server.clock.advance(120_000);
    expect(probes()).toBe(before + 2);
    client.stop();
  });

  it('renews its token when it is told that it ends', async () => {
    const { server, client, clock } = await live();
    server.emit('session.expiring', { expiresAt: '2030-01-01T00:01:00.000Z' });
    await clock.advance(50);
    expect(server.commands).toContain('session.renew');
    client.stop();
  });

  it('counts and ignores what it does not know', async () => {
    const { server, client, clock } = await live();
    const [peer] = server.peers;
    peer?.handlers.onEvent('tide.turned', { height: 3 });
    peer?.handlers.onEvent('events.appended', { threadId: 'nonsense' });
    const later = server.say('before');
    const { id, threadId, at } = later;
    const novel = {
      seq: 2,
      id: id.replace(/^1/, '2'),
      threadId,
      senderId: null,
      at,
      v: 1,
      type: 'poll.opened',
      data: {},
    };
    server.log.push(novel as never);
    peer?.handlers.onEvent('events.appended', { threadId, epoch: server.epoch, events: [novel] });
    server.say('after');
    await clock.advance(50);
    expect(client.diagnostics.getSnapshot()).toMatchObject({
      unknownEvents: 1,
      malformedEvents: 1,
      unknownLogEvents: 1,
    });
    expect(threadOf(client).timeline.items.map(({ kind }) => kind)).toEqual(['message', 'unsupported', 'message']);
    client.stop();
  });
});
