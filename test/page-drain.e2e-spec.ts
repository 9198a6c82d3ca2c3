import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
import type { Browser, Page } from 'playwright-core';
import { Balancer, type Backend } from '../tools/stack/src/balancer/balancer.js';
import { watchReadiness } from '../tools/stack/src/balancer/watch-readiness.js';
import { live, signIn, transcript } from './support/chat-page.js';
import { SocketLog } from './support/socket-log.js';

const BOOT_MS = 90_000;
/** Between two keystrokes: a fast person. */
const KEY_MS = 30;
const MIN_MESSAGES = 6;
const QUESTION = '@guide please write a long answer about delivery';
const LAST = 'the last one is not sent yet';

/**
 * Runs in the page: notes, with every change or frame, what a person could see of the move. Marks of formatting become formatting
 * when their end arrives, so that only letters and digits of the answer count.
 */
const WATCH = `(() => {
  const seen = { statuses: [], words: [], lengths: [], resets: 0, blurs: 0, alerts: [] };
  const push = (list, value) => { if (list.at(-1) !== value) list.push(value); };
  const look = () => {
    const status = document.querySelector('[data-testid="connection-state"]');
    push(seen.statuses, status?.dataset.status ?? 'gone');
    push(seen.words, status?.textContent ?? '');
    seen.resets = document.querySelectorAll('.hf-message__reset').length;
    for (const alert of document.querySelectorAll('[role="alert"], .hf-error'))
      if (alert.textContent !== '') push(seen.alerts, alert.textContent);
  };
  const measure = () => {
    const answer = document.querySelector('[data-kind="agent"] .hf-message__body');
    if (answer) push(seen.lengths, answer.textContent.replace(/[^\\p{L}\\p{N}]/gu, '').length);
    requestAnimationFrame(measure);
  };
  measure();
  const field = document.querySelector('[data-testid="composer"]');
  field.addEventListener('blur', () => { seen.blurs += 1; });
  window.seen = seen;
  window.field = field;
  look();
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true, attributeFilter: ['data-status'] });
})()`;

interface Seen {
  readonly statuses: readonly string[];
  readonly words: readonly string[];
  readonly lengths: readonly number[];
  readonly resets: number;
  readonly blurs: number;
  readonly alerts: readonly string[];
}

const FIELD = `(() => {
  const shown = document.querySelector('[data-testid="composer"]');
  return {
    isSame: shown === window.field, isFocused: document.activeElement === shown,
    value: shown.value, caret: [shown.selectionStart, shown.selectionEnd],
  };
})()`;

describe('a person who types while their gateway is drained', () => {
  let database: TestDatabase;
  let browser: Browser;
  let gateways: [SpawnedApp, SpawnedApp];
  let worker: SpawnedApp;
  let balancer: Balancer;
  let backends: [Backend, Backend];
  let unwatch = (): void => undefined;
  let url = '';

  beforeAll(async () => {
    database = await testDatabase();
    const redis = testRedis();
    const env = {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      REDIS_PREFIX: redis.prefix,
      HEARTBEAT_MS: '500',
      WEB_ROOT: join(repositoryRoot(), 'dist/apps/web'),
      // A person types less in ten seconds than this test.
      LIMIT_RATE_MESSAGES: '1000',
      LIMIT_RATE_BURST: '1000',
      // As in production: the balancer learns that a gateway leaves before its clients are told, and they have time to move.
      SHUTDOWN_GRACE_MS: '3000',
      SHUTDOWN_TIMEOUT_MS: '50000',
    };
    const spawn = (app: 'gateway' | 'agent-worker', more: Readonly<Record<string, string>> = {}) =>
      spawnApp({ app, env: { ...env, ...more }, readyTimeoutMs: BOOT_MS });
    const [first, second, agent] = await Promise.all([
      spawn('gateway'),
      spawn('gateway'),
      spawn('agent-worker', { GUIDE_TOKENS_PER_S: '40' }),
    ]);
    gateways = [first, second];
    worker = agent;
    // The person's connection goes to the first.
    backends = [
      { port: first.port, ready: true },
      { port: second.port, ready: false },
    ];
    balancer = new Balancer(backends);
    url = `http://127.0.0.1:${String(await balancer.listen(0, '127.0.0.1'))}`;
    browser = await launchBrowser();
    await Promise.all([first.ready, second.ready, worker.ready]);
  }, BOOT_MS + 30_000);
  afterAll(async () => {
    unwatch();
    await browser.close();
    balancer.close();
    await Promise.all([...gateways, worker].map((app) => app.stop()));
    await database.drop();
  }, 30_000);

  /** Where the agent answers when it is asked only. */
  async function start(page: Page): Promise<void> {
    await page.getByTestId('new-thread').click();
    await page.getByTestId('thread-title').fill('Drained');
    await page.getByTestId('agent-mode').selectOption('mention');
    await page.getByTestId('create-thread').click();
    await page.getByTestId('composer').waitFor();
    await live(page, 15_000);
  }

  async function type(page: Page, text: string): Promise<void> {
    await page.keyboard.type(text, { delay: KEY_MS });
  }

  it('keeps every keystroke, the caret and the answer in view, and learns nothing of it', async () => {
    const context = await browser.newContext({ viewport: { width: 1_280, height: 800 }, reducedMotion: 'reduce' });
    const page = await signIn(context, url, 'Ada');
    await start(page);
    const faults: string[] = [];
    page.on('pageerror', ({ message }) => faults.push(message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    // A connection is known from its opening on.
    const sockets = SocketLog.of(page);
    await page.reload();
    await live(page, 15_000);
    unwatch = watchReadiness(backends);
    await eventually(() => backends[1].ready, { timeoutMs: 10_000 });

    const [first] = gateways;
    const exit = { over: false };
    void first.exit.then(() => (exit.over = true));
    const isOver = (): boolean => exit.over;
    await page.getByTestId('composer').focus();
    await page.evaluate(WATCH);
    const look = (): Promise<Seen> => page.evaluate<Seen>('window.seen');
    const sent = [QUESTION];
    await type(page, QUESTION);
    await page.keyboard.press('Enter');
    await eventually(async () => ((await look()).lengths.at(-1) ?? 0) > 100, { timeoutMs: 20_000 });

    for (let n = 1; n <= MIN_MESSAGES || !isOver(); n += 1) {
      const words = `typed while it leaves ${String(n)}`;
      await type(page, words.slice(0, 8));
      // In the middle of a word.
      if (n === 3) first.signal('SIGTERM');
      await type(page, words.slice(8));
      await page.keyboard.press('Enter');
      sent.push(words);
    }
    expect(await first.exit).toEqual({ code: 0, signal: null });
    // The caret stays where a person put it, within the text.
    await type(page, LAST.replace('not ', ''));
    for (const _ of 'sent yet') await page.keyboard.press('ArrowLeft');
    await type(page, 'not ');

    await eventually(async () => (await transcript(page)).filter(({ seq }) => seq !== null).length >= sent.length, {
      timeoutMs: 20_000,
    });
    const caret = LAST.length - 'sent yet'.length;
    expect(await page.evaluate(FIELD)).toEqual({ isSame: true, isFocused: true, value: LAST, caret: [caret, caret] });
    const mine = (await transcript(page)).filter(({ kind }) => kind === 'person');
    expect(mine.map(({ html }) => html.replace(/<[^>]*>/g, '').trim())).toEqual(sent);
    const seqs = mine.map(({ seq }) => Number(seq));
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));

    const { statuses, words, lengths, resets, blurs, alerts } = await look();
    expect(statuses).toEqual(['live', 'draining', 'live']);
    expect({ words: words.join(''), alerts, blurs, resets, faults }).toEqual({
      words: '',
      alerts: [],
      blurs: 0,
      resets: 0,
      faults: [],
    });
    expect(lengths.length).toBeGreaterThan(10);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    expect(sockets.opened).toBe(2);
    expect(sockets.isSyncedBeforeLast()).toBe(true);
    await context.close();
  }, 90_000);
});
