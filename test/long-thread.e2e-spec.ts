import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import type { Page } from 'playwright-core';
import { live, newThread, say, signIn } from './support/chat-page.js';
import { BOOT_MS, startChatStack, type ChatStack } from './support/chat-stack.js';
import { readView, scrollTo, scrollToBeginning } from './support/message-log.js';
import { seedThread } from './support/seed-thread.js';

const MESSAGES = 10_000;
/** What a screen and its margins hold at most, and what is kept whole of shorter threads. */
const MOUNTED = 130;
/** Rounding of positions, px. */
const CLOSE = 3;
/** What was written and is not drawn yet: a reading may come between both, px. */
const TWO_LINES = 46;
/** So that a long answer lasts through all readings, on a busy machine too. */
const TOKENS_PER_S = 40;
/** Readings while an answer is written. */
const READINGS = 25;

const ACTIVE_SEQ = `Number(document.activeElement?.dataset.seq)`;

function words(index: number): string {
  const more = index % 7 === 0 ? `\n\n- first of ${String(index)}\n- second\n\n\`\`\`\nconst answer = 42;\n\`\`\`` : '';
  return `message ${String(index)} ${'lorem ipsum '.repeat(index % 23)}${more}`;
}

describe('a thread of ten thousand messages', () => {
  let stack: ChatStack;
  let page: Page;

  beforeAll(async () => {
    stack = await startChatStack(TOKENS_PER_S);
    const context = await stack.browser.newContext({
      viewport: { width: 1_280, height: 800 },
      reducedMotion: 'reduce',
    });
    page = await signIn(context, stack.url, 'Ada');
    await newThread(page, 'Long');
    await live(page, 15_000);
    const texts = Array.from({ length: MESSAGES }, (_, index) => words(index));
    await seedThread(stack.database.url, page.url().slice(-36), texts);
    await page.reload();
    await live(page, 30_000);
  }, BOOT_MS);
  afterAll(() => stack.close(), 30_000);

  it('opens at its end', async () => {
    await eventually(async () => (await readView(page)).below < CLOSE, { timeoutMs: 10_000 });
    await page
      .getByTestId('log')
      .getByText(`message ${String(MESSAGES - 1)} `)
      .waitFor({ timeout: 5_000 });
    expect((await readView(page)).mounted).toBeLessThan(MOUNTED);
  }, 30_000);

  it('keeps what is read in its place while older messages come', async () => {
    await scrollTo(page, 900);
    const before = await readView(page);
    await scrollTo(page, 500);
    const moved = await readView(page);
    expect(moved.seq).toBeLessThanOrEqual(before.seq ?? 0);
    // Older ones have come once there is more above than where the view was put.
    await eventually(
      async () => (await page.evaluate<number>(`document.querySelector('[data-testid="log"]').scrollTop`)) > 1_000,
      {
        timeoutMs: 10_000,
      },
    );
    const after = await readView(page);
    expect([after.seq, Math.abs(after.top - moved.top) < CLOSE]).toEqual([moved.seq, true]);
  }, 30_000);

  it('is read up to its beginning, and holds in the document what is in view', async () => {
    await scrollToBeginning(page);
    const view = await readView(page);
    expect(view.text).toMatch(/^message 0\s/);
    expect(view.mounted).toBeLessThan(MOUNTED);
  }, 90_000);

  it('goes from message to message by keys, and back to the end', async () => {
    await page.getByTestId('log').focus();
    await page.keyboard.press('End');
    await eventually(async () => (await readView(page)).below < CLOSE, { timeoutMs: 10_000 });
    const seqs: number[] = [];
    for (let step = 0; step < 30; step += 1) {
      await page.keyboard.press('Alt+ArrowUp');
      await eventually(async () => (await page.evaluate<number>(ACTIVE_SEQ)) !== seqs.at(-1), {
        timeoutMs: 3_000,
        intervalMs: 10,
      });
      seqs.push(await page.evaluate<number>(ACTIVE_SEQ));
    }
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) - index));
    await page.keyboard.press('Alt+Home');
    await eventually(async () => (await readView(page)).text.startsWith('message 0'), { timeoutMs: 5_000 });
    await page.getByRole('button', { name: 'Latest' }).click();
    await eventually(async () => (await readView(page)).below < CLOSE, { timeoutMs: 10_000 });
  }, 60_000);

  it('stays at the end while an answer is written, and where it was left while one reads', async () => {
    await say(page, 'Please write a long answer about delivery');
    await page.locator('[data-testid="message"][data-state="running"] .hf-message__body').waitFor({ timeout: 30_000 });
    const below: number[] = [];
    for (let reading = 0; reading < READINGS; reading += 1) below.push((await readView(page)).below);
    expect(Math.max(...below)).toBeLessThan(TWO_LINES);
    await page.getByTestId('log').hover();
    await page.mouse.wheel(0, -900);
    await eventually(async () => (await readView(page)).below > 500, { timeoutMs: 5_000 });
    const left = await readView(page);
    const places = new Set<string>();
    await eventually(
      async () => {
        const { seq, top, below: rest } = await readView(page);
        places.add(`${String(seq)} at ${String(Math.round(top))}`);
        return rest > left.below + TWO_LINES;
      },
      { timeoutMs: 20_000, intervalMs: 20 },
    );
    expect(places.size).toBe(1);
  }, 60_000);
});
