import type { Browser, CDPSession, Page } from 'playwright-core';
import { LongTasks, type LongTask } from './long-tasks.js';
import { TaskTrace, type Task } from './task-trace.js';

const LOG = `document.querySelector('[data-testid="log"]')`;
const FRAME = 'new Promise((done) => requestAnimationFrame(done))';
const READY_MS = 30_000;

/** The chat page in a browser, used like a person uses it. */
export class ChatTab {
  private trace: TaskTrace | null = null;
  private longTasks: LongTasks | null = null;

  private constructor(
    private readonly browser: Browser,
    private readonly page: Page,
    private readonly devtools: CDPSession,
  ) {}

  /** Signs in and makes a thread with the agent. */
  static async open(browser: Browser, url: string): Promise<ChatTab> {
    const page = await browser.newPage({ viewport: { width: 1_280, height: 800 } });
    await page.goto(url);
    await page.getByTestId('name-input').fill('Ada');
    await page.getByTestId('start-button').click();
    await page.getByTestId('new-thread').click();
    await page.getByTestId('thread-title').fill('Long');
    await page.getByTestId('agent-mode').waitFor();
    await page.getByTestId('create-thread').click();
    await page.getByTestId('composer').waitFor();
    return new ChatTab(browser, page, await page.context().newCDPSession(page));
  }

  get threadId(): string {
    return this.page.url().slice(-36);
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.page.locator('[data-testid="connection-state"][data-status="live"]').waitFor({ timeout: READY_MS });
  }

  /** Loads the whole thread by going up, and comes back to its end. */
  async loadAll(): Promise<void> {
    await this.page.evaluate(`(async () => {
      const log = ${LOG};
      while (!log.textContent.includes('This is the beginning.')) {
        log.scrollTop = 0;
        await ${FRAME};
      }
      while (log.scrollHeight - log.scrollTop - log.clientHeight > 2) {
        log.scrollTop = log.scrollHeight;
        await ${FRAME};
      }
    })()`);
  }

  /** From now on the page's browser reports its long tasks. */
  async observe(): Promise<void> {
    this.longTasks = await LongTasks.observe(this.page);
  }

  takeLongTasks(): Promise<LongTask[]> {
    return this.longTasks?.take() ?? Promise.resolve([]);
  }

  /** From now on the main thread's tasks are traced. */
  async startTrace(): Promise<void> {
    this.trace = await TaskTrace.start(this.browser, this.page);
  }

  /** The longer tasks so far; the tracing goes on. */
  takeTrace(): Promise<Task[]> {
    return this.trace?.take() ?? Promise.resolve([]);
  }

  async endTrace(): Promise<Task[]> {
    const tasks = (await this.trace?.stop()) ?? [];
    this.trace = null;
    return tasks;
  }

  /** Asks for a long answer, unless one is being written. */
  async ask(): Promise<void> {
    if ((await this.page.getByTestId('stop').count()) > 0) return;
    await this.page.getByTestId('composer').fill('Please write a long answer about delivery');
    await this.page.getByTestId('send').click();
    await this.page.getByTestId('stop').waitFor();
  }

  /** What the page's objects take after a collection, MiB. */
  async heapMiB(): Promise<number> {
    await this.devtools.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.devtools.send('Runtime.getHeapUsage');
    return usedSize / 2 ** 20;
  }

  mounted(): Promise<number> {
    return this.page.locator('[data-testid="message"]').count();
  }
}
