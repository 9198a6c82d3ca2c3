import type { Page } from 'playwright-core';

/** What is in view of the message list. */
export interface View {
  /** Messages in the document. */
  readonly mounted: number;
  /** Distance of the view from the end, px. */
  readonly below: number;
  /** Of the first message in view, and where it begins, px from the top of the view. */
  readonly seq: number | null;
  readonly top: number;
  readonly text: string;
}

/** Runs in the page: two frames later, everything that a change causes has been measured and drawn. */
const SETTLED = `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`;

const READ_VIEW = `(() => {
  const log = document.querySelector('[data-testid="log"]');
  const top = log.getBoundingClientRect().top;
  const all = [...log.querySelectorAll('[data-testid="message"]')];
  const first = all.find((e) => e.dataset.seq !== undefined && e.getBoundingClientRect().bottom > top + 1);
  return {
    mounted: all.length,
    below: log.scrollHeight - log.scrollTop - log.clientHeight,
    seq: first === undefined ? null : Number(first.dataset.seq),
    top: first === undefined ? 0 : first.getBoundingClientRect().top - top,
    text: first === undefined ? '' : first.querySelector('.hf-message__body').textContent,
  };
})()`;

export async function readView(page: Page): Promise<View> {
  await page.evaluate(SETTLED);
  return page.evaluate<View>(READ_VIEW);
}

/** Scrolls to so many px from the beginning of what is loaded. */
export async function scrollTo(page: Page, px: number): Promise<void> {
  await page.evaluate(`document.querySelector('[data-testid="log"]').scrollTop = ${String(px)}`);
  await page.evaluate(SETTLED);
}

const MAX_PAGES = 200;
const PAGE_MS = 5_000;

/** Goes up until the first message of the thread is loaded. */
export async function scrollToBeginning(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    const log = document.querySelector('[data-testid="log"]');
    for (let pages = 0; pages < ${String(MAX_PAGES)}; pages += 1) {
      if (log.textContent.includes('This is the beginning.')) return;
      const before = log.scrollHeight;
      const deadline = performance.now() + ${String(PAGE_MS)};
      log.scrollTop = 0;
      while (log.scrollHeight === before && performance.now() < deadline) await ${SETTLED};
    }
    throw new Error('the beginning was not reached');
  })()`);
  await scrollTo(page, 0);
}
