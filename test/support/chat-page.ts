import type { BrowserContext, Page } from 'playwright-core';

/** A message as the page shows it. */
export interface Line {
  readonly seq: string | null;
  readonly state: string | null;
  readonly kind: string | null;
  readonly html: string;
}

/** Runs in the page. */
const READ_TRANSCRIPT = `[...document.querySelectorAll('[data-testid="message"]')].map((element) => ({
  seq: element.getAttribute('data-seq'),
  state: element.getAttribute('data-state'),
  kind: element.getAttribute('data-kind'),
  html: element.querySelector('.hf-message__body')?.innerHTML ?? '',
}))`;

/** Every message of the log as it is shown, in the order of the page. */
export function transcript(page: Page): Promise<Line[]> {
  return page.evaluate<Line[]>(READ_TRANSCRIPT);
}

/** Opens a page and chooses a name. */
export async function signIn(context: BrowserContext, url: string, name: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  await page.getByTestId('name-input').fill(name);
  await page.getByTestId('start-button').click();
  await page.getByTestId('new-thread').waitFor();
  return page;
}

/** With the agent that is there by default. */
export async function newThread(page: Page, title: string): Promise<void> {
  await page.getByTestId('new-thread').click();
  await page.getByTestId('thread-title').fill(title);
  // The agents are known a moment after the connection is.
  await page.getByTestId('agent-mode').waitFor();
  await page.getByTestId('create-thread').click();
  await page.getByTestId('composer').waitFor();
}

export async function say(page: Page, text: string): Promise<void> {
  await page.getByTestId('composer').fill(text);
  await page.getByTestId('send').click();
}

/** Resolves when the page is connected and up to date. */
export async function live(page: Page, timeoutMs: number): Promise<void> {
  await page.locator('[data-testid="connection-state"][data-status="live"]').waitFor({ timeout: timeoutMs });
}
