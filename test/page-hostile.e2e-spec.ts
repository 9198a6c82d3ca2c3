import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import type { BrowserContext, Page } from 'playwright-core';
import { live, say, signIn, transcript } from './support/chat-page.js';
import { BOOT_MS, startChatStack, type ChatStack } from './support/chat-stack.js';

/** Runs in the page. */
const FOCUSED = `document.activeElement?.getAttribute('data-testid') ?? document.activeElement?.tagName`;
const DIRECTIONS = `[...document.querySelectorAll('.hf-message__body :is(p, li), [data-testid="composer"]')].map((e) => {
  const range = document.createRange();
  range.selectNodeContents(e);
  const [text, box] = [e.tagName === 'TEXTAREA' ? null : range.getBoundingClientRect(), e.getBoundingClientRect()];
  if (text === null) return getComputedStyle(e).direction;
  return box.right - text.right < text.left - box.left ? 'rtl' : 'ltr';
})`;
/** Whether what is drawn of the last message stays near it: what lies above is not covered. */
const CLIPPED = `(() => {
  const prose = [...document.querySelectorAll('.hf-message__body .hf-prose')].at(-1);
  return getComputedStyle(prose).overflowY;
})()`;

/** As long as a message may be. */
function fill(mark: string): string {
  return mark.repeat(Math.floor(30_000 / mark.length));
}

describe('a page that is used to break it', () => {
  let stack: ChatStack;
  let context: BrowserContext;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    stack = await startChatStack(400);
    context = await stack.browser.newContext({ viewport: { width: 1_280, height: 800 }, reducedMotion: 'reduce' });
    context.on('weberror', (fault) => faults.push(fault.error().message));
    page = await signIn(context, stack.url, 'Ada');
  }, BOOT_MS);
  afterAll(() => stack.close(), 30_000);

  it('is used with keys alone: a dialog gives the focus back, and a new thread is written in at once', async () => {
    await page.getByTestId('new-thread').focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('agent-mode').waitFor();
    expect(await page.evaluate(FOCUSED)).toBe('thread-title');
    await page.keyboard.press('Escape');
    await eventually(async () => (await page.evaluate(FOCUSED)) === 'new-thread', { timeoutMs: 5_000 });
    await page.keyboard.press('Enter');
    await page.getByTestId('agent-mode').waitFor();
    await page.getByTestId('agent-select').selectOption('');
    await page.getByTestId('thread-title').focus();
    await page.keyboard.type('By keys');
    await page.keyboard.press('Enter');
    await eventually(async () => (await page.evaluate(FOCUSED)) === 'composer', { timeoutMs: 10_000 });
    await live(page, 15_000);
    await page.keyboard.type('typed');
    await page.keyboard.press('Enter');
    await eventually(async () => (await transcript(page)).some(({ seq }) => seq !== null), { timeoutMs: 10_000 });
  }, 60_000);

  it.each([
    ['emphasis', fill('*a_ ')],
    ['notes', fill('[^a] ')],
    ['strikes', fill('~a')],
    ['quotes', fill('>')],
    ['nested lists', fill('- ')],
    ['a hundred thousand cells', `${'a|'.repeat(1_000)}\n${'-|'.repeat(1_000)}\n${'|\n'.repeat(100)}`],
  ])(
    'goes on after a message of %s',
    async (_, text) => {
      const before = (await transcript(page)).length;
      await say(page, text);
      await eventually(
        async () => {
          const lines = await transcript(page);
          return lines.length > before && lines.every(({ seq }) => seq !== null);
        },
        { timeoutMs: 15_000 },
      );
    },
    30_000,
  );

  it('writes from right to left what is read so, and keeps a letter with many accents in its message', async () => {
    await page.reload();
    await live(page, 15_000);
    await page.getByTestId('new-thread').click();
    await page.getByTestId('thread-title').fill('مرحبا');
    await page.getByTestId('agent-select').selectOption('');
    await page.getByTestId('create-thread').click();
    await page.getByRole('heading', { name: 'مرحبا' }).waitFor();
    await live(page, 15_000);
    await say(page, 'مرحبا بالعالم، كيف الحال؟');
    await say(page, '- عنصر');
    await say(page, 'left to right');
    await page.getByTestId('composer').fill('مرحبا!');
    await eventually(async () => (await transcript(page)).length === 3, { timeoutMs: 10_000 });
    expect(await page.evaluate(DIRECTIONS)).toEqual(['rtl', 'rtl', 'ltr', 'rtl']);
    await say(page, `o${'\u0301'.repeat(300)}`);
    expect(await page.evaluate(CLIPPED)).toBe('clip');
  }, 60_000);

  it('sends nothing that nobody could see', async () => {
    await page.getByTestId('composer').fill('\u200b\u2060 \u200b');
    expect(await page.getByTestId('send').isDisabled()).toBe(true);
    expect(faults).toEqual([]);
  }, 30_000);
});
