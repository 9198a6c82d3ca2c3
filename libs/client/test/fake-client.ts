import { HoldfastClient, type HoldfastClientOptions } from '../src/holdfast-client.js';
import type { ThreadState } from '../src/thread/thread-state.js';
import { SELF, THREAD, type FakeServer } from './fake-server.js';

/** A client of the fake server, in virtual time; REST answers nothing. */
export function fakeClient(server: FakeServer, more: Partial<HoldfastClientOptions> = {}): HoldfastClient {
  return new HoldfastClient({
    identity: { tenant: 'default', userId: SELF },
    token: () => Promise.resolve('token'),
    transport: () => server.transport,
    clock: server.clock,
    random: () => 0.5,
    signals: { online: () => true, visible: () => true, onWake: () => () => undefined },
    fetch: () => Promise.reject(new TypeError('no network')),
    ...more,
  });
}

export function threadOf(client: HoldfastClient): ThreadState {
  return client.threads.get(THREAD).getSnapshot();
}

/** What a person can see or a program can tell of a thread, without what depends on when it was fetched. */
export function visible({ access, log, timeline, members, summary, runs }: ThreadState) {
  return {
    access,
    epoch: log.epoch,
    last: log.last,
    held: log.held.length,
    items: timeline.items,
    members: members.map(({ userId }) => userId).sort(),
    title: summary?.title,
    runs: [...runs.values()].map(({ runId, attempt, parts }) => ({ runId, attempt, parts })),
  };
}

/** Fetches everything older, page by page. */
export async function loadAll(client: HoldfastClient, server: FakeServer): Promise<void> {
  while (threadOf(client).log.base > 0) {
    const page = client.threads.get(THREAD).loadOlder();
    await server.clock.advance(50);
    await page;
  }
}

/** A new client that has fetched the whole thread just now. */
export async function freshView(server: FakeServer) {
  const client = fakeClient(server);
  client.start();
  client.openThread(THREAD);
  await server.clock.advance(2_000);
  await loadAll(client, server);
  const view = visible(threadOf(client));
  client.stop();
  client.threads.clear();
  return view;
}
