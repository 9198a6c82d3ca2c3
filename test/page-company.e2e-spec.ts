import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import type { BrowserContext, Page } from 'playwright-core';
import { axeViolations } from './support/axe.js';
import { live, newThread, say, signIn, transcript } from './support/chat-page.js';
import { BOOT_MS, startChatStack, type ChatStack } from './support/chat-stack.js';

const VIEW = { viewport: { width: 1_280, height: 800 }, reducedMotion: 'reduce' } as const;
/** Less than one row takes. */
const NO_SPACE = 1;

/** Runs in the page. Resolves to the name of the fault that a write met. */
const WRITE = `new Promise((resolve) => {
  const opening = indexedDB.open('quota-probe', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('rows');
  opening.onerror = () => resolve(opening.error.name);
  opening.onsuccess = () => {
    const change = opening.result.transaction('rows', 'readwrite');
    change.onabort = () => resolve(change.error?.name ?? 'aborted');
    change.oncomplete = () => resolve('written');
    change.objectStore('rows').put('x'.repeat(100000), 1);
  };
})`;

describe('a page in company, and on a full device', () => {
  let stack: ChatStack;
  beforeAll(async () => {
    stack = await startChatStack(400);
  }, BOOT_MS);
  afterAll(() => stack.close(), 30_000);

  const texts = async (page: Page): Promise<readonly string[]> =>
    (await transcript(page))
      .filter(({ kind, seq }) => kind === 'person' && seq !== null)
      .map(({ html }) => html.replace(/<[^>]*>/g, '').trim());

  async function startWith(page: Page, name: string): Promise<void> {
    await page.getByTestId('new-thread').click();
    await page.getByTestId('people-search').fill(name);
    await page.getByTestId('person').first().click();
    await page.getByTestId('agent-mode').waitFor();
    await page.getByTestId('create-thread').click();
    await page.getByTestId('composer').waitFor();
  }

  it('shows in the list of threads who is there, and that they left', async () => {
    const other: BrowserContext = await stack.browser.newContext(VIEW);
    const ben = await signIn(other, stack.url, 'Benedict');
    await newThread(ben, 'Ben is here');
    await live(ben, 15_000);
    const context = await stack.browser.newContext(VIEW);
    const ada = await signIn(context, stack.url, 'Ada');
    await newThread(ada, 'Alone');
    await live(ada, 15_000);
    await startWith(ada, 'Benedict');
    const thread = ada.getByTestId('thread-item').filter({ hasText: 'Benedict' });
    await thread.getByText('1 other online').waitFor({ state: 'attached', timeout: 10_000 });
    expect(
      await ada.getByTestId('thread-item').filter({ hasText: 'Alone' }).getByTestId('thread-presence').count(),
    ).toBe(0);
    for (const colorScheme of ['light', 'dark'] as const) {
      await ada.emulateMedia({ colorScheme });
      expect(await axeViolations(ada)).toEqual([]);
    }
    await other.close();
    await thread.getByTestId('thread-presence').waitFor({ state: 'detached', timeout: 75_000 });
    await context.close();
  }, 150_000);

  it('sends every message when the device has no space left, and says what that means', async () => {
    const context = await stack.browser.newContext(VIEW);
    const page = await signIn(context, stack.url, 'Quinn');
    await newThread(page, 'Full');
    await live(page, 15_000);
    const devTools = await context.newCDPSession(page);
    await devTools.send('Storage.overrideQuotaForOrigin', { origin: stack.url, quotaSize: NO_SPACE });
    expect(await page.evaluate<string>(WRITE)).toBe('QuotaExceededError');
    await say(page, 'connected');
    await eventually(async () => (await texts(page)).includes('connected'), { timeoutMs: 10_000 });
    await context.setOffline(true);
    for (const word of ['one', 'two', 'three']) await say(page, word);
    await page.getByText('3 messages queued; keep this page open').waitFor({ timeout: 15_000 });
    await context.setOffline(false);
    await eventually(async () => (await texts(page)).length === 4, { timeoutMs: 45_000 });
    expect(await texts(page)).toEqual(['connected', 'one', 'two', 'three']);
    await context.close();
  }, 120_000);
});
