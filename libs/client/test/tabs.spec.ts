import { describe, expect, it } from '@jest/globals';
import { viewText } from '../src/wire/parts.js';
import { isServing } from '../src/connection/connection-state.js';
import type { HoldfastClient } from '../src/holdfast-client.js';
import { FakeBrowser } from './fake-browser.js';
import { fakeClient, threadOf, visible } from './fake-client.js';
import { FakeServer, THREAD } from './fake-server.js';
import { VirtualClock } from './virtual-clock.js';

async function browser(pages: number) {
  const clock = new VirtualClock();
  const server = new FakeServer(clock);
  const fake = new FakeBrowser(clock);
  const open = async () => {
    const { tabs, crash } = fake.page('default.ada');
    const client = fakeClient(server, { tabs });
    client.start();
    const leave = client.openThread(THREAD);
    await clock.advance(200);
    // A crashed page does nothing any more: its sockets end, its timers are gone.
    const die = (): void => {
      crash();
      client.connection.stop();
      client.threads.clear();
    };
    return { client, leave, crash: die };
  };
  const opened = [];
  for (let page = 0; page < pages; page += 1) opened.push(await open());
  return { clock, server, open, opened };
}

const isLive = (client: HoldfastClient): boolean => isServing(client.connection.getSnapshot());

function words(client: HoldfastClient): string[] {
  return [...threadOf(client).runs.values()].map(({ parts }) => viewText(parts));
}

describe('several pages of one person', () => {
  it('share one socket and show the same, streams included', async () => {
    const { clock, server, opened } = await browser(3);
    const clients = opened.map(({ client }) => client);
    expect(clients.map(isLive)).toEqual([true, true, true]);
    expect(server.peers.size).toBe(1);
    clients[2]?.send(THREAD, 'from the third');
    const runId = server.startRun();
    server.chunk(runId, 'one ');
    server.chunk(runId, 'two');
    await clock.advance(2_000);
    const [first, ...others] = clients.map((client) => visible(threadOf(client)));
    expect(first?.items.length).toBeGreaterThan(0);
    for (const other of others) expect(other).toEqual(first);
    expect(clients.map(words)).toEqual([['one two'], ['one two'], ['one two']]);
    for (const client of clients) client.stop();
  });

  it('are all connected within 2 s after the leader crashed, and miss nothing', async () => {
    const { clock, server, opened } = await browser(3);
    const runId = server.startRun();
    server.chunk(runId, 'before ');
    await clock.advance(50);
    opened[0]?.crash();
    server.say('while nobody listened');
    server.chunk(runId, 'and after');
    await clock.advance(2_000);
    const rest = opened.slice(1).map(({ client }) => client);
    expect(rest.map(isLive)).toEqual([true, true]);
    expect(server.peers.size).toBe(1);
    expect(rest.map(words)).toEqual([['before and after'], ['before and after']]);
    expect(rest.map((client) => threadOf(client).log.last)).toEqual([server.log.length, server.log.length]);
    for (const client of rest) client.stop();
  });

  it('keep a thread that one of them still shows, and close it with the last', async () => {
    const { clock, server, opened } = await browser(2);
    const [first, second] = opened;
    first?.leave();
    await clock.advance(70_000);
    expect(server.commands).not.toContain('thread.close');
    server.say('still heard');
    await clock.advance(50);
    expect(second === undefined ? 0 : threadOf(second.client).timeline.items.length).toBe(1);
    second?.crash();
    await clock.advance(1_000);
    expect(server.commands).toContain('thread.close');
    first?.client.stop();
  });

  it('move together when their instance drains, none of them without a connection', async () => {
    const { clock, server, opened } = await browser(2);
    const clients = opened.map(({ client }) => client);
    let interruptions = 0;
    for (const client of clients) {
      client.connection.subscribe(() => {
        if (!isLive(client)) interruptions += 1;
      });
    }
    server.instanceId = 'gateway-2';
    server.emit('server.draining', { reconnectAfterMs: 500, deadlineMs: 20_000, reason: 'deploy' });
    await clock.advance(5_000);
    expect(clients.map((client) => client.connection.getSnapshot())).toMatchObject([
      { status: 'live', instanceId: 'gateway-2' },
      { status: 'live', instanceId: 'gateway-2' },
    ]);
    expect(interruptions).toBe(0);
    expect(server.peers.size).toBe(1);
    for (const client of clients) client.stop();
  });

  it('come back together after the socket was lost', async () => {
    const { clock, server, opened } = await browser(2);
    const clients = opened.map(({ client }) => client);
    server.cut();
    await clock.advance(10);
    expect(clients.map(isLive)).toEqual([false, false]);
    server.say('missed');
    await clock.advance(5_000);
    expect(clients.map(isLive)).toEqual([true, true]);
    expect(clients.map((client) => threadOf(client).timeline.items.length)).toEqual([1, 1]);
    for (const client of clients) client.stop();
  });

  it('let the next page lead when the first one is closed in good order', async () => {
    const { clock, server, opened } = await browser(2);
    opened[0]?.client.stop();
    await clock.advance(2_000);
    const second = opened[1]?.client;
    expect(second !== undefined && isLive(second)).toBe(true);
    second?.send(THREAD, 'alone');
    await clock.advance(500);
    expect(server.log).toHaveLength(1);
    second?.stop();
  });
});
