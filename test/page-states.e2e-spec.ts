import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inheritedEnvironment } from '@holdfast/config';
import { eventually, repositoryRoot } from '@holdfast/testing';
import type { Page } from 'playwright-core';
import { axeViolations } from './support/axe.js';
import { live, newThread, say, signIn, transcript } from './support/chat-page.js';
import { BOOT_MS, startChatStack, type ChatStack } from './support/chat-stack.js';

/** `npm run screenshots` sets it: then each state is taken in light and dark, on a phone and on a desk. */
const TAKE_PICTURES = inheritedEnvironment()['HOLDFAST_PICTURES'] === 'true';
const PICTURES = join(repositoryRoot(), '.holdfast/screenshots');
const VIEWS = { 1280: { width: 1_280, height: 800 }, 390: { width: 390, height: 844 } };

/** Each state of the panel with what a person then reads; `before` and `after` are what the person does. */
interface Shown {
  readonly state: string;
  readonly words: RegExp;
  readonly where?: string;
  readonly before?: (page: Page) => Promise<void>;
  readonly after?: (page: Page) => Promise<void>;
  /** Checked for accessibility too. */
  readonly isMain?: boolean;
}

const STATUS = '[data-testid="connection-state"]';
const ANSWERS = '[data-testid="message"][data-kind="agent"]';

const STATES: readonly Shown[] = [
  { state: 'reconnecting', words: /Reconnecting in (?:[5-9]|1\d) s · last contact .*Try now/, where: STATUS },
  {
    state: 'offline',
    words: /Offline · last contact .*3 messages queued/,
    where: STATUS,
    after: async (page) => {
      for (const word of ['one', 'two', 'three']) await say(page, `Typed offline: ${word}`);
      await page.getByTestId('queue-toggle').click();
      await page.getByTestId('queue').getByText('3 messages not sent yet').waitFor();
    },
    isMain: true,
  },
  { state: 'restarting', words: /The server restarts; answers pause, back in \d+ s/, where: STATUS },
  { state: 'catching-up', words: /Catching up, 12 missed/, where: STATUS },
  { state: 'degraded-agents', words: /Agents cannot answer now; messages arrive/, where: STATUS },
  { state: 'degraded-database', words: /Messages cannot be stored now; they wait/, where: STATUS },
  { state: 'degraded-redis', words: /Updates may be late; nothing is lost/, where: STATUS },
  { state: 'message', words: /This message could not be formatted\.Try againCopy text/, isMain: true },
  {
    state: 'failed',
    words: /Could not send: the message is too long \(34 of 32 KiB\)Try againEditCopyDelete/,
    after: (page) => say(page, 'A message that is refused'),
    isMain: true,
  },
  {
    state: 'interrupted',
    words: /The answer was interrupted: the model did not answer in time\.ContinueStart over/,
    before: async (page) => {
      await page.getByTestId('log').getByRole('button', { name: 'Delete', exact: true }).click();
    },
    after: (page) => say(page, 'Please write a long answer about delivery'),
    isMain: true,
  },
  {
    state: 'resumed',
    words: /Went on after an interruption/,
    after: (page) => say(page, 'Please write a long answer about runs'),
    isMain: true,
  },
  { state: 'thread', words: /This conversation could not be shown.*Try againLoad it anew/, isMain: true },
  { state: 'chat', words: /The chat stopped working.*Save unsent messages/, isMain: true },
  { state: 'app', words: /This page stopped working.*Reload the page/, isMain: true },
];

async function pictures(page: Page, name: string): Promise<void> {
  if (!TAKE_PICTURES) return;
  await mkdir(PICTURES, { recursive: true });
  await page.evaluate(`document.querySelector('.panel').hidden = true`);
  for (const [width, size] of Object.entries(VIEWS)) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(PICTURES, `${name}-${width}-${colorScheme}.png`) });
    }
  }
  await page.setViewportSize(VIEWS[1280]);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.evaluate(`document.querySelector('.panel').hidden = false`);
}

describe('the states of the page', () => {
  let stack: ChatStack;
  let page: Page;

  beforeAll(async () => {
    stack = await startChatStack(60);
    const context = await stack.browser.newContext({
      viewport: VIEWS[1280],
      reducedMotion: 'reduce',
      colorScheme: 'light',
    });
    page = await signIn(context, `${stack.url}/?panel=1`, 'Ada');
    await newThread(page, 'How does a holdfast hold?');
    await live(page, 15_000);
    await say(page, 'What does acknowledged mean?');
    await eventually(async () => (await transcript(page)).some(({ state }) => state === 'completed'), {
      timeoutMs: 60_000,
    });
  }, BOOT_MS);
  afterAll(() => stack.close(), 30_000);

  it('is accessible while nothing is wrong', async () => {
    await pictures(page, 'live');
    expect(await axeViolations(page)).toEqual([]);
  }, 60_000);

  it.each(STATES.map((shown) => [shown.state, shown] as const))(
    '%s',
    async (state, { words, where = 'body', before, after, isMain = false }) => {
      await before?.(page);
      await page.getByTestId(`panel-${state}`).click();
      await after?.(page);
      await eventually(async () => words.test((await page.locator(where).first().textContent()) ?? ''), {
        timeoutMs: 30_000,
      });
      await pictures(page, state);
      const faults = isMain ? await axeViolations(page) : [];
      await page.getByTestId('panel-heal').click();
      // What failed waits for a person; what is open is closed by one.
      const open = page
        .locator('[data-testid$="-fallback"] >> text="Try again"')
        .or(page.getByRole('button', { name: 'Close' }));
      if ((await open.count()) > 0) await open.first().dispatchEvent('click');
      await live(page, 20_000);
      expect(faults).toEqual([]);
    },
    90_000,
  );

  it('connecting, with the kept conversation, from the first moment on', async () => {
    await page.goto(page.url().replace('panel=1', 'panel=connecting'));
    await page.locator(STATUS).getByText('Connecting').waitFor({ timeout: 15_000 });
    expect(await page.getByTestId('composer').isEnabled()).toBe(true);
    expect((await transcript(page)).length).toBeGreaterThan(1);
    await pictures(page, 'connecting');
    expect(await page.locator(ANSWERS).count()).toBeGreaterThan(0);
  }, 60_000);
});
