import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { Client } from 'pg';
import type { BrowserContext, Page } from 'playwright-core';
import { live, newThread, say, signIn, transcript } from './support/chat-page.js';
import { BOOT_MS, startChatStack, type ChatStack } from './support/chat-stack.js';

const SECRET = 'words that stay here';

/** Runs in the page. */
const READ_FALLBACKS = `[...document.querySelectorAll('[data-testid$="-fallback"]')].map((e) => e.dataset.testid)`;

interface Reported {
  readonly level: string;
  readonly name: string;
  readonly count: number;
}

describe('a fault on the page', () => {
  let stack: ChatStack;
  let context: BrowserContext;
  let page: Page;
  let database: Client;
  const bodies: string[] = [];

  beforeAll(async () => {
    stack = await startChatStack(400);
    database = new Client({ connectionString: stack.database.url });
    await database.connect();
    context = await stack.browser.newContext({ viewport: { width: 1_280, height: 800 }, reducedMotion: 'reduce' });
    page = await signIn(context, `${stack.url}/?panel=1`, 'Ada');
    page.on('request', (request) => {
      if (request.url().endsWith('/api/client-errors')) bodies.push(request.postData() ?? '');
    });
    await newThread(page, 'Faults');
    await live(page, 15_000);
    for (let n = 1; n <= 4; n += 1) await say(page, `${SECRET} ${String(n)}`);
    await sent(`${SECRET} 4`);
  }, BOOT_MS);
  afterAll(async () => {
    await database.end();
    await stack.close();
  }, 30_000);

  const fallbacks = () => page.evaluate<string[]>(READ_FALLBACKS);
  const shows = (expected: readonly string[], timeoutMs = 5_000) =>
    eventually(async () => JSON.stringify(await fallbacks()) === JSON.stringify(expected), {
      timeoutMs,
      intervalMs: 20,
    });
  const press = (state: string) => page.getByTestId(`panel-${state}`).click();

  /** The log on the server has it. */
  async function sent(text: string): Promise<void> {
    await eventually(
      async () => {
        const { rows } = await database.query<{ n: number }>(
          `select count(*)::int as n from chat.event where type = 'message.sent' and data::text like $1`,
          [`%${text}%`],
        );
        return rows[0]?.n === 1;
      },
      { timeoutMs: 10_000 },
    );
  }

  async function recover(): Promise<void> {
    await press('heal');
    await page.locator('[data-testid$="-fallback"]').getByText('Try again').first().dispatchEvent('click');
    await shows([]);
    await live(page, 10_000);
  }

  async function reported(name: string): Promise<Reported[]> {
    const { rows } = await database.query<Reported>(
      'select level, name, sum(count)::int as count from ops.client_error_group where name = $1 group by 1, 2 order by 1',
      [name],
    );
    return rows;
  }

  it('in one message leaves the others, and the words of that one', async () => {
    const before = await transcript(page);
    await press('message');
    await shows(['message-fallback']);
    const after = await transcript(page);
    expect(after).toHaveLength(before.length);
    expect(after.filter(({ html }) => html.includes('could not be formatted'))).toHaveLength(1);
    expect(await page.getByTestId('message-fallback').locator('pre').textContent()).not.toBe('');
    // It was reported by itself: a person learns its reference, and the server still counts it once.
    await page.getByTestId('message-fallback').getByRole('button', { name: 'Report' }).click();
    await page
      .getByTestId('message-fallback')
      .getByText(/^Reference message:TypeError:/)
      .waitFor({ timeout: 5_000 });
    await recover();
  }, 30_000);

  it('in the list leaves the composer: what is written arrives', async () => {
    await press('thread');
    await shows(['thread-fallback']);
    await say(page, 'sent beside a broken list');
    await sent('sent beside a broken list');
    expect(await page.getByTestId('thread-item').count()).toBe(1);
    await recover();
    expect(JSON.stringify(await transcript(page))).toContain('sent beside a broken list');
  }, 30_000);

  it('in the chat, and around it, is contained there, and nothing is lost', async () => {
    for (const level of ['chat', 'app'] as const) {
      await page.getByTestId('composer').fill(`a draft under a broken ${level}`);
      await press(level);
      await shows([`${level}-fallback`]);
      expect(await page.getByTestId('composer').count()).toBe(0);
      await recover();
      expect(await page.getByTestId('composer').inputValue()).toBe(`a draft under a broken ${level}`);
    }
    await page.getByTestId('composer').fill('');
  }, 30_000);

  it('reaches the server once, with its level, without a word of a person', async () => {
    const expected = ['app', 'chat', 'message', 'thread'].map((level) => ({ level, name: 'TypeError', count: 1 }));
    await eventually(async () => (await reported('TypeError')).length === 4, { timeoutMs: 15_000 });
    expect(await reported('TypeError')).toEqual(expected);
    expect(bodies.join('\n')).not.toContain(SECRET);
    expect(bodies.join('\n')).not.toContain('a draft under');
  }, 30_000);

  it('that comes back is tried again, then handed up, then left alone until a person asks', async () => {
    await press('thread-moment');
    await shows(['thread-fallback']);
    expect(await page.getByTestId('thread-fallback').textContent()).toContain('tried again in a moment');
    await shows(['chat-fallback'], 12_000);
    await shows(['thread-fallback'], 8_000);
    await eventually(
      async () => !((await page.getByTestId('thread-fallback').textContent()) ?? '').includes('tried again'),
      {
        timeoutMs: 5_000,
      },
    );
    await say(page, 'sent while it is left alone');
    await sent('sent while it is left alone');
    await recover();
    // They come in batches.
    await eventually(
      async () => {
        expect(await reported('Error')).toEqual([{ level: 'thread', name: 'Error', count: 4 }]);
      },
      { timeoutMs: 15_000 },
    );
  }, 60_000);

  it('in most messages draws the thread as plain text', async () => {
    await press('messages');
    await page.getByText('Shown as plain text: several messages could not be formatted.').waitFor({ timeout: 5_000 });
    await say(page, 'sent in plain');
    await sent('sent in plain');
    await press('heal');
  }, 30_000);

  it('creates no thread without the agent that it shows while the agents are not known', async () => {
    let answer = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await context.route('**/api/agents', async (route) => {
      await asked;
      await route.continue();
    });
    const other = await context.newPage();
    await other.goto(page.url());
    await live(other, 15_000);
    await other.getByTestId('new-thread').click();
    await other.getByTestId('thread-title').fill('Early');
    await other.getByText('Loading the agents.').waitFor({ timeout: 5_000 });
    expect(await other.getByTestId('create-thread').isDisabled()).toBe(true);
    await other.getByTestId('agent-select').selectOption('');
    expect(await other.getByTestId('create-thread').isEnabled()).toBe(true);
    answer();
    await other.getByRole('button', { name: 'Cancel' }).click();
    await newThread(other, 'Early');
    await other.getByText('1 person and guide').waitFor({ timeout: 10_000 });
    await context.unroute('**/api/agents');
    await other.close();
  }, 60_000);

  it('signing out in one tab signs out the others', async () => {
    const first = await context.newPage();
    await first.goto(stack.url);
    const second = await context.newPage();
    await second.goto(stack.url);
    await second.getByTestId('new-thread').waitFor();
    await first.getByRole('button', { name: 'Sign out' }).click();
    await second.getByText('You signed out in another tab.').waitFor({ timeout: 10_000 });
    await first.getByTestId('name-input').waitFor();
  }, 30_000);
});
