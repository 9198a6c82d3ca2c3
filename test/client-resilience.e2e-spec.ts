import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  eventually,
  freePort,
  launchBrowser,
  repositoryRoot,
  spawnApp,
  testDatabase,
  testRedis,
  type SpawnedApp,
  type TestDatabase,
} from '@holdfast/testing';
import type { Browser, BrowserContext, Page, WebSocketRoute } from 'playwright-core';
import { live, newThread, say, signIn, transcript } from './support/chat-page.js';

const BOOT_MS = 90_000;

describe('the chat page keeps every word', () => {
  let database: TestDatabase;
  let browser: Browser;
  let context: BrowserContext;
  let gateway: SpawnedApp;
  let worker: SpawnedApp;
  let env: Record<string, string>;

  beforeAll(async () => {
    database = await testDatabase();
    const redis = testRedis();
    env = {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      REDIS_PREFIX: redis.prefix,
      HEARTBEAT_MS: '500',
      WEB_ROOT: join(repositoryRoot(), 'dist/apps/web'),
      PORT: String(await freePort()),
      // A person types less in ten seconds than this test.
      LIMIT_RATE_MESSAGES: '1000',
      LIMIT_RATE_BURST: '1000',
    };
    const { PORT: _, ...anywhere } = env;
    [gateway, worker] = await Promise.all([
      spawnApp({ app: 'gateway', env, readyTimeoutMs: BOOT_MS }),
      spawnApp({ app: 'agent-worker', env: { ...anywhere, GUIDE_TOKENS_PER_S: '60' }, readyTimeoutMs: BOOT_MS }),
    ]);
    browser = await launchBrowser();
    await Promise.all([gateway.ready, worker.ready]);
  }, BOOT_MS + 30_000);
  afterAll(async () => {
    await browser.close();
    await Promise.all([gateway.stop(), worker.stop()]);
    await database.drop();
  }, 30_000);
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1_280, height: 800 }, reducedMotion: 'reduce' });
  });
  afterEach(() => context.close());

  /** What people said; the agent answers when it likes. */
  const texts = async (page: Page): Promise<string[]> =>
    (await transcript(page))
      .filter(({ kind }) => kind === 'person')
      .map(({ html }) => html.replace(/<[^>]*>/g, '').trim());

  it('sends what was typed offline, reload included: all 50, once and in order', async () => {
    const page = await signIn(context, gateway.url, 'Ada');
    await newThread(page, 'Offline');
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)');
    await say(page, 'before');
    await page.locator('[data-testid="message"][data-state="sent"]').waitFor();
    const words = Array.from({ length: 50 }, (_, index) => `word ${String(index + 1)}`);
    for (const word of words.slice(0, 5)) await say(page, word);
    await context.setOffline(true);
    for (const word of words.slice(5, 29)) await say(page, word);
    // The last word and the reload in one go: what keeps the message has no time for it.
    await page.getByTestId('composer').fill('word 30');
    const reloaded = page.waitForEvent('load');
    await page.evaluate(`document.querySelector('[data-testid="send"]').click(); location.reload()`);
    await reloaded;
    await page.getByTestId('composer').waitFor({ timeout: 15_000 });
    await eventually(async () => (await transcript(page)).length >= 26, { timeoutMs: 10_000 });
    for (const word of words.slice(30)) await say(page, word);
    await context.setOffline(false);
    await eventually(async () => (await transcript(page)).every(({ seq }) => seq !== null), { timeoutMs: 45_000 });
    expect(await texts(page)).toEqual(['before', ...words]);
    await page.reload();
    await live(page, 15_000);
    expect(await texts(page)).toEqual(['before', ...words]);
  }, 120_000);

  it('goes on in the other tab when the one with the connection is closed', async () => {
    const first = await signIn(context, gateway.url, 'Ben');
    await newThread(first, 'Two tabs');
    await live(first, 10_000);
    const second = await context.newPage();
    await second.goto(first.url());
    await live(second, 10_000);
    await say(second, 'from the second tab');
    await eventually(async () => (await texts(first)).includes('from the second tab'), { timeoutMs: 5_000 });
    await first.close();
    const closedAt = Date.now();
    await say(second, 'alone');
    await eventually(
      async () => (await transcript(second)).some(({ html, seq }) => html.includes('alone') && seq !== null),
      {
        timeoutMs: 15_000,
        intervalMs: 50,
      },
    );
    // A takeover is a matter of milliseconds; the rest is for a loaded machine.
    expect(Date.now() - closedAt).toBeLessThan(5_000);
    expect(await texts(second)).toEqual(['from the second tab', 'alone']);
  }, 60_000);

  it('goes on in the other tab when the one with the connection crashes', async () => {
    const first = await signIn(context, gateway.url, 'Bea');
    await newThread(first, 'A crash');
    await live(first, 10_000);
    const second = await context.newPage();
    await second.goto(first.url());
    await live(second, 10_000);
    const crashed = first.waitForEvent('crash');
    // It never answers.
    void (await context.newCDPSession(first)).send('Page.crash').catch(() => undefined);
    await crashed;
    await say(second, 'alone');
    await eventually(
      async () => (await transcript(second)).some(({ html, seq }) => html.includes('alone') && seq !== null),
      { timeoutMs: 15_000 },
    );
    expect(await texts(second)).toEqual(['alone']);
  }, 60_000);

  it('finds out that its link swallows everything, and shows what was missed, within 15 s', async () => {
    const swallowing = new Set<WebSocketRoute>();
    const links: WebSocketRoute[] = [];
    await context.routeWebSocket(/socket\.io/, (link) => {
      links.push(link);
      const server = link.connectToServer();
      link.onMessage((frame) => {
        if (!swallowing.has(link)) server.send(frame);
      });
      server.onMessage((frame) => {
        if (!swallowing.has(link)) link.send(frame);
      });
    });
    const page = await signIn(context, gateway.url, 'Cora');
    await newThread(page, 'Half open');
    await live(page, 10_000);
    // The same person in another browser, with a link of its own.
    const elsewhere = await browser.newContext({ storageState: await context.storageState() });
    try {
      const other = await elsewhere.newPage();
      await other.goto(page.url());
      await live(other, 10_000);
      for (const link of links) swallowing.add(link);
      const swallowedAt = Date.now();
      await say(other, 'said into the silence');
      await eventually(async () => (await texts(page)).includes('said into the silence'), { timeoutMs: 30_000 });
      expect(Date.now() - swallowedAt).toBeLessThan(15_000);
    } finally {
      await elsewhere.close();
    }
  }, 90_000);

  it('loses no word of a person who types while the gateway is replaced', async () => {
    const page = await signIn(context, gateway.url, 'Dan');
    await newThread(page, 'Replaced');
    await live(page, 10_000);
    const words = Array.from({ length: 30 }, (_, index) => `typed ${String(index + 1)}`);
    for (const word of words.slice(0, 10)) await say(page, word);
    gateway.signal('SIGTERM');
    for (const word of words.slice(10, 20)) await say(page, word);
    await gateway.exit;
    gateway = await spawnApp({ app: 'gateway', env, readyTimeoutMs: BOOT_MS });
    for (const word of words.slice(20)) await say(page, word);
    await gateway.ready;
    await eventually(async () => (await transcript(page)).every(({ seq }) => seq !== null), { timeoutMs: 60_000 });
    expect(await texts(page)).toEqual(words);
  }, 150_000);

  it('shows the same answer after its gateway was killed in the middle of it, and never less than before', async () => {
    const page = await signIn(context, gateway.url, 'Cleo');
    await newThread(page, 'A long answer');
    await say(page, 'Please write a long answer about delivery');
    const answer = page.locator('[data-testid="message"][data-kind="agent"] .hf-message__body');
    const lengths: number[] = [];
    const resets = page.locator('.hf-message__reset');
    // Marks of formatting become formatting when their end arrives.
    const read = async (): Promise<number> => {
      const text = (await answer.count()) === 0 ? '' : await answer.first().textContent();
      return (text ?? '').replace(/[^\p{L}\p{N}]/gu, '').length;
    };
    await eventually(async () => (await read()) > 100, { timeoutMs: 30_000 });
    gateway.signal('SIGKILL');
    await gateway.exit;
    lengths.push(await read());
    gateway = await spawnApp({ app: 'gateway', env, readyTimeoutMs: BOOT_MS });
    const done = page.locator('[data-testid="message"][data-kind="agent"][data-state="completed"]');
    await eventually(
      async () => {
        lengths.push(await read());
        return (await done.count()) === 1;
      },
      { timeoutMs: 90_000, intervalMs: 50 },
    );
    if ((await resets.count()) === 0) expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    const before = (await transcript(page)).at(-1);
    await page.reload();
    await live(page, 15_000);
    await eventually(async () => (await transcript(page)).length === 2, { timeoutMs: 10_000 });
    expect((await transcript(page)).at(-1)).toEqual(before);
  }, 150_000);
});
