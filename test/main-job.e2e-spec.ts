import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inheritedEnvironment } from '@holdfast/config';
import {
  eventually,
  launchBrowser,
  repositoryRoot,
  spawnApp,
  testDatabase,
  testRedis,
  type SpawnedApp,
  type TestDatabase,
} from '@holdfast/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { live, newThread, say, signIn, transcript, type Line } from './support/chat-page.js';

/** `npm run screenshots` sets it: then the pictures of the documentation are taken anew. */
const TAKE_PICTURES = inheritedEnvironment()['HOLDFAST_PICTURES'] === 'true';
const PICTURES = join(repositoryRoot(), 'docs/images');
const DESKTOP = { width: 1_280, height: 800 };
const PHONE = { width: 390, height: 844 };

interface Person {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly faults: string[];
}

let database: TestDatabase;
let browser: Browser;
const apps: SpawnedApp[] = [];
let gateways: SpawnedApp[] = [];

beforeAll(async () => {
  database = await testDatabase();
  const redis = testRedis();
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    REDIS_PREFIX: redis.prefix,
    HEARTBEAT_MS: '500',
    WEB_ROOT: join(repositoryRoot(), 'dist/apps/web'),
  };
  apps.push(
    ...(await Promise.all([
      spawnApp({ app: 'gateway', env, readyTimeoutMs: 90_000 }),
      spawnApp({ app: 'gateway', env, readyTimeoutMs: 90_000 }),
      spawnApp({ app: 'agent-worker', env, readyTimeoutMs: 90_000 }),
      spawnApp({ app: 'slo-service', env, readyTimeoutMs: 90_000 }),
    ])),
  );
  gateways = apps.slice(0, 2);
  browser = await launchBrowser();
  await Promise.all(apps.map(({ ready }) => ready));
}, 180_000);

afterAll(async () => {
  await browser.close();
  await Promise.all(apps.map((app) => app.stop()));
  await database.drop();
}, 30_000);

async function enter(gateway: SpawnedApp | undefined, name: string): Promise<Person> {
  const context = await browser.newContext({ viewport: DESKTOP, colorScheme: 'light', reducedMotion: 'reduce' });
  const faults: string[] = [];
  context.on('weberror', (fault) => faults.push(fault.error().message));
  context.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  const page = await signIn(context, gateway?.url ?? '', name);
  return { page, context, faults };
}

async function sayAll(page: Page, name: string, count: number): Promise<void> {
  for (let n = 1; n <= count; n += 1) await say(page, `${name} says ${String(n)}`);
}

function settledAnswers(lines: readonly Line[]): Line[] {
  return lines.filter(({ kind, state, seq }) => kind === 'agent' && state === 'completed' && seq !== null);
}

/** Lengths of the visible answer while it is being written, until it has ended. */
async function watchAnswer(page: Page, count: number): Promise<number[]> {
  const lengths: number[] = [];
  await eventually(
    async () => {
      const lines = await transcript(page);
      const live = lines.find(({ kind, state }) => kind === 'agent' && state === 'running');
      if (live !== undefined && live.html.length !== lengths.at(-1)) lengths.push(live.html.length);
      return settledAnswers(lines).length >= count;
    },
    { timeoutMs: 60_000, intervalMs: 30 },
  );
  return lengths;
}

async function picture(page: Page, name: string): Promise<void> {
  if (!TAKE_PICTURES) return;
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

describe('people and an agent in one thread, over two gateways', () => {
  it('see one order, the answer as it is written, and the same after a reload', async () => {
    const ben = await enter(gateways[1], 'Ben');
    const ada = await enter(gateways[0], 'Ada');

    await ada.page.getByTestId('new-thread').click();
    await ada.page.getByTestId('thread-title').fill('How does a holdfast hold?');
    await ada.page.getByTestId('people-search').fill('Ben');
    await ada.page.getByTestId('person').first().click();
    await ada.page.getByTestId('create-thread').click();
    await ada.page.getByTestId('composer').waitFor();
    await ben.page.getByTestId('thread-item').first().click();
    await ben.page.getByTestId('composer').waitFor();

    await say(ada.page, '@guide please write a long answer about what happens when a gateway dies');
    const [seenByAda, seenByBen] = await Promise.all([watchAnswer(ada.page, 1), watchAnswer(ben.page, 1)]);
    for (const lengths of [seenByAda, seenByBen]) {
      expect(lengths.length).toBeGreaterThan(3);
      expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    }

    await Promise.all([sayAll(ada.page, 'Ada', 5), sayAll(ben.page, 'Ben', 5)]);
    await say(ben.page, '@guide what does acknowledged mean?');
    await Promise.all([watchAnswer(ada.page, 2), watchAnswer(ben.page, 2)]);
    await eventually(
      async () => {
        const [a, b] = await Promise.all([transcript(ada.page), transcript(ben.page)]);
        return [...a, ...b].every(({ seq }) => seq !== null) && a.length === 14 && b.length === 14;
      },
      { timeoutMs: 20_000 },
    );
    const before = await transcript(ada.page);
    expect(await transcript(ben.page)).toEqual(before);
    const seqs = before.map(({ seq }) => Number(seq));
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(before.filter(({ html }) => html.includes('Ada says'))).toHaveLength(5);
    await picture(ada.page, 'chat');

    for (const { page } of [ada, ben]) {
      await page.reload();
      // Before that it shows what the device kept.
      await live(page, 20_000);
      await eventually(async () => (await transcript(page)).length === before.length, { timeoutMs: 20_000 });
      expect(await transcript(page)).toEqual(before);
    }

    await ben.page.emulateMedia({ colorScheme: 'dark' });
    await picture(ben.page, 'chat-dark');
    await ben.page.setViewportSize(PHONE);
    await picture(ben.page, 'chat-phone');
    expect([...ada.faults, ...ben.faults]).toEqual([]);
  }, 240_000);

  it('stops an answer where a person stops it, and keeps what was seen', async () => {
    const { page, faults } = await enter(gateways[1], 'Cleo');
    await newThread(page, 'A long answer');
    await say(page, 'Please write a long answer about delivery');
    const live = page.locator('[data-testid="message"][data-kind="agent"] .hf-message__body');
    await eventually(async () => (await live.count()) > 0 && ((await live.first().textContent()) ?? '').length > 80, {
      timeoutMs: 30_000,
    });
    await page.getByTestId('stop').click();
    const stopped = page.locator('[data-testid="message"][data-kind="agent"][data-state="cancelled"]');
    await stopped.waitFor({ timeout: 15_000 });
    const text = (await stopped.locator('.hf-message__body').textContent()) ?? '';
    expect(text.length).toBeGreaterThan(80);
    await page.reload();
    await stopped.waitFor({ timeout: 15_000 });
    expect(await stopped.locator('.hf-message__body').textContent()).toBe(text);
    expect(faults).toEqual([]);
  }, 180_000);

  it('shows every instance, and nothing that does not run', async () => {
    const { page, faults } = await enter(gateways[0], 'Dora');
    await page.goto(`${gateways[0]?.url ?? ''}/ops`);
    await eventually(async () => (await page.getByTestId('instance').count()) === apps.length, { timeoutMs: 20_000 });
    await picture(page, 'ops');
    expect(faults).toEqual([]);
  }, 60_000);
});
