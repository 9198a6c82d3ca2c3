import 'fake-indexeddb/auto';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { indexedDbThreadCache } from '../src/cache/thread-cache.indexeddb.js';
import { DeviceDatabase } from '../src/support/device-database.js';
import { fakeClient, freshView, threadOf, visible } from './fake-client.js';
import { FakeServer, THREAD } from './fake-server.js';
import { VirtualClock } from './virtual-clock.js';

let scopes = 0;

function browser() {
  const scope = `cache.${String((scopes += 1))}`;
  const server = new FakeServer(new VirtualClock());
  const page = () => {
    const client = fakeClient(server, { cache: indexedDbThreadCache(scope) });
    client.start();
    client.openThread(THREAD);
    return client;
  };
  /** A page that has read everything there is, and is gone. */
  const readOnce = async () => {
    const client = page();
    await server.clock.advance(5_000);
    client.stop();
    const cache = indexedDbThreadCache(scope);
    let kept = false;
    const asking = setInterval(() => void cache.load(THREAD).then((row) => (kept = row !== null)), 2);
    await eventually(() => kept);
    clearInterval(asking);
  };
  return { scope, server, page, readOnce };
}

describe('what was read', () => {
  it('can be read again without a connection, and is brought up to date by the next one', async () => {
    const { server, page, readOnce } = browser();
    for (const text of ['one', 'two', 'three']) server.say(text);
    await readOnce();
    server.accepts = false;
    server.say('while away');
    const client = page();
    await eventually(() => threadOf(client).timeline.items.length === 3);
    expect(threadOf(client)).toMatchObject({ access: 'loading', summary: { id: THREAD } });
    server.accepts = true;
    await server.clock.advance(60_000);
    expect(visible(threadOf(client))).toEqual(await freshView(server));
    client.stop();
  });

  it('is dropped when its history is gone, or cannot be read', async () => {
    const { scope, server, page, readOnce } = browser();
    server.say('of the old history');
    await readOnce();
    server.epoch = '2:2';
    server.log = [];
    server.say('of the new one');
    const client = page();
    await server.clock.advance(5_000);
    expect(visible(threadOf(client))).toEqual(await freshView(server));
    client.stop();
    await new DeviceDatabase(scope).put('threads', { threadId: THREAD, events: [{ seq: 7 }] });
    expect(await indexedDbThreadCache(scope).load(THREAD)).toBeNull();
  });

  it('never overwrites what the server said, however late the device answers', async () => {
    const { scope, server, readOnce } = browser();
    server.say('old');
    await readOnce();
    const cache = indexedDbThreadCache(scope);
    const old = await cache.load(THREAD);
    expect(old?.events).toHaveLength(1);
    server.say('new');
    const late: (() => void)[] = [];
    const load = (): ReturnType<typeof cache.load> =>
      new Promise((resolve) => {
        late.push(() => {
          resolve(old);
        });
      });
    const client = fakeClient(server, { cache: { ...cache, load } });
    client.start();
    client.openThread(THREAD);
    await server.clock.advance(2_000);
    for (const answer of late) answer();
    await server.clock.advance(10);
    expect(visible(threadOf(client))).toEqual(await freshView(server));
    client.stop();
  });

  it('is taken off the device when the person signs out', async () => {
    const { scope, server, page, readOnce } = browser();
    server.say('private');
    await readOnce();
    await page().forget();
    expect(await indexedDbThreadCache(scope).load(THREAD)).toBeNull();
    expect(await indexedDbThreadCache(scope).loadList()).toEqual([]);
  });
});
