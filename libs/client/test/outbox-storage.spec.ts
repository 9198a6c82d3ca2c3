import 'fake-indexeddb/auto';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { openDB } from 'idb';
import { indexedDbOutboxStorage } from '../src/outbox/outbox-storage.indexeddb.js';
import type { OutboxItem } from '../src/outbox/outbox-item.js';
import { newId } from '../src/support/new-id.js';
import { FakeBrowser } from './fake-browser.js';
import { fakeClient } from './fake-client.js';
import { FakeServer, THREAD } from './fake-server.js';
import { VirtualClock } from './virtual-clock.js';

const item = (more: Partial<OutboxItem> = {}): OutboxItem => ({
  clientMessageId: newId(),
  threadId: THREAD,
  body: { parts: [{ type: 'text', text: 'kept' }] },
  createdAt: 1,
  expiresAt: 2,
  attempts: 0,
  nextAt: 0,
  state: { status: 'queued' },
  ...more,
});

let scopes = 0;
const newScope = (): string => `tenant.${String((scopes += 1))}`;

/** As in a sandboxed frame, where naming the storage throws. */
function forbidStorage(): () => void {
  const value = (globalThis as { indexedDB?: unknown }).indexedDB;
  const get = (): never => {
    throw new DOMException('no', 'SecurityError');
  };
  Object.defineProperty(globalThis, 'indexedDB', { configurable: true, get });
  return () => Object.defineProperty(globalThis, 'indexedDB', { configurable: true, writable: true, value });
}

describe('indexedDbOutboxStorage', () => {
  it('gives the next page what was put and not removed, each owner the own', async () => {
    const scope = newScope();
    const [kept, gone] = [item(), item()];
    const first = indexedDbOutboxStorage({ scope });
    await first.put(kept);
    await first.put(gone);
    await first.remove(gone.clientMessageId);
    expect(await indexedDbOutboxStorage({ scope }).load()).toEqual([kept]);
    expect(await indexedDbOutboxStorage({ scope: newScope() }).load()).toEqual([]);
  });

  it('drops and tells rows that nobody can send', async () => {
    const scope = newScope();
    const storage = indexedDbOutboxStorage({ scope });
    await storage.put(item());
    const database = await openDB(`holdfast.${scope}`);
    await database.put('outbox', { clientMessageId: 'x', body: 7 });
    const onCorrupt = jest.fn();
    const next = indexedDbOutboxStorage({ scope, onCorrupt });
    expect(await next.load()).toHaveLength(1);
    expect(await next.load()).toHaveLength(1);
    expect(onCorrupt).toHaveBeenCalledTimes(1);
    (database as unknown as { close(): void }).close();
  });

  it('rejects where storage is forbidden', async () => {
    const allow = forbidStorage();
    await expect(indexedDbOutboxStorage({ scope: newScope() }).load()).rejects.toThrow('no');
    allow();
  });
});

describe('a journal', () => {
  const KEY = /^holdfast\.unstored\./;

  /** As `localStorage`. */
  function texts() {
    const kept = new Map<string, string>();
    return {
      kept,
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    };
  }

  /** A page that is left before the database has what was written. */
  async function leftTooSoon(scope: string, journal: ReturnType<typeof texts>, items: readonly OutboxItem[]) {
    const allow = forbidStorage();
    const storage = indexedDbOutboxStorage({ scope, journal });
    await Promise.allSettled(items.map((each) => storage.put(each)));
    allow();
  }

  it('keeps at once what the database does not have yet, for the next page', async () => {
    const [scope, journal] = [newScope(), texts()];
    const [first, second] = [item(), item({ createdAt: 2 })];
    await leftTooSoon(scope, journal, [first, second]);
    expect(await indexedDbOutboxStorage({ scope: newScope(), journal }).load()).toEqual([]);
    expect(await indexedDbOutboxStorage({ scope, journal }).load()).toEqual([first, second]);
    // It is in the database now, and nowhere else.
    expect(journal.kept.size).toBe(0);
    expect(await indexedDbOutboxStorage({ scope }).load()).toHaveLength(2);
  });

  it('holds nothing that is stored, and nothing that was taken back', async () => {
    const [scope, journal] = [newScope(), texts()];
    const storage = indexedDbOutboxStorage({ scope, journal });
    const [kept, gone] = [item(), item()];
    const putting = storage.put(kept);
    expect([...journal.kept.keys()]).toEqual([expect.stringMatching(KEY)]);
    await putting;
    expect(journal.kept.size).toBe(0);
    await leftTooSoon(scope, journal, [gone]);
    await storage.remove(gone.clientMessageId);
    expect(await indexedDbOutboxStorage({ scope, journal }).load()).toEqual([kept]);
  });

  it.each(['no JSON', '7', '[{"clientMessageId":"x"}]'])('goes without what cannot be read: %s', async (text) => {
    const [scope, journal] = [newScope(), texts()];
    journal.setItem(`holdfast.unstored.${scope}`, text);
    const storage = indexedDbOutboxStorage({ scope, journal });
    const kept = item();
    await storage.put(kept);
    expect(await storage.load()).toEqual([kept]);
  });

  it('that is full or forbidden costs nothing but itself', async () => {
    const fail = (): never => {
      throw new DOMException('no', 'QuotaExceededError');
    };
    const storage = indexedDbOutboxStorage({
      scope: newScope(),
      journal: { getItem: fail, setItem: fail, removeItem: fail },
    });
    const kept = item();
    await storage.put(kept);
    expect(await storage.load()).toEqual([kept]);
  });
});

describe('an outbox on the device', () => {
  const open: { stop(): void }[] = [];
  afterEach(() => {
    for (const client of open.splice(0)) client.stop();
  });

  function browser() {
    const scope = newScope();
    const server = new FakeServer(new VirtualClock());
    const pages = new FakeBrowser(server.clock);
    const page = () => {
      const client = fakeClient(server, {
        outboxStorage: indexedDbOutboxStorage({ scope }),
        tabs: pages.page(scope).tabs,
      });
      client.start();
      client.openThread(THREAD);
      open.push(client);
      return client;
    };
    const texts = (): string[] =>
      server.log.flatMap((event) =>
        event.type === 'message.sent'
          ? (event.data.body?.parts.map((part) => ('text' in part ? part.text : '')) ?? [])
          : [],
      );
    const rows = () => indexedDbOutboxStorage({ scope }).load();
    return { server, clock: server.clock, page, texts, rows };
  }

  it('sends after a reload what was written offline: all, once, in order', async () => {
    const { server, clock, page, texts, rows } = browser();
    server.accepts = false;
    const before = page();
    const words = Array.from({ length: 50 }, (_, index) => String(index));
    for (const word of words) before.send(THREAD, word);
    let kept = 0;
    const counting = setInterval(() => void rows().then((all) => (kept = all.length)), 5);
    await eventually(() => kept === 50);
    clearInterval(counting);
    before.stop();
    server.accepts = true;
    const after = page();
    await eventually(() => after.outbox.getSnapshot().length === 50);
    await clock.advance(60_000);
    expect(texts()).toEqual(words);
    expect(after.outbox.getSnapshot()).toEqual([]);
  });

  it('lets one of two pages send, shows it in both, and goes on in the other when the first is gone', async () => {
    const { clock, page, texts } = browser();
    const [first, second] = [page(), page()];
    await clock.advance(1_000);
    second.send(THREAD, 'from the second');
    await eventually(() => first.outbox.getSnapshot().length === 1 || texts().length === 1);
    await clock.advance(1_000);
    expect(texts()).toEqual(['from the second']);
    await eventually(() => second.outbox.getSnapshot().length === 0);
    first.stop();
    await clock.advance(100);
    second.send(THREAD, 'alone');
    await clock.advance(1_000);
    expect(texts()).toEqual(['from the second', 'alone']);
  });

  it('asks before it sends what is a day old', async () => {
    const { server, clock, page, texts } = browser();
    server.accepts = false;
    const client = page();
    const id = client.send(THREAD, 'late');
    await clock.advance(25 * 60 * 60 * 1_000);
    server.accepts = true;
    await clock.advance(60_000);
    expect(client.outbox.getSnapshot()).toMatchObject([{ state: { status: 'expired' } }]);
    client.outbox.retry(id);
    await clock.advance(1_000);
    expect(texts()).toEqual(['late']);
  });

  it('goes on in memory, and says so, when the storage fails', async () => {
    const allow = forbidStorage();
    const { clock, page, texts } = browser();
    const [leader, follower] = [page(), page()];
    await eventually(() => !follower.outbox.durable.getSnapshot());
    await clock.advance(1_000);
    leader.send(THREAD, 'anyway');
    follower.send(THREAD, 'from here too');
    await clock.advance(1_000);
    expect(texts()).toEqual(['anyway', 'from here too']);
    allow();
  });
});
