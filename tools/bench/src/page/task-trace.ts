import type { Browser, Page } from 'playwright-core';

/** One task of the page's main thread, ms. */
export interface Task {
  /** From its start to its end, waiting for a core included. */
  readonly wall: number;
  /** On a core. */
  readonly cpu: number;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** µs. */
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

const CATEGORIES = ['-*', 'disabled-by-default-devtools.timeline'];
/** Shorter ones are not worth being kept, ms. */
const MIN_MS = 5;

/** What DevTools' performance panel measures, in slices, so that the browser's buffer is never full. */
export class TaskTrace {
  private constructor(
    private readonly browser: Browser,
    private readonly page: Page,
  ) {}

  static async start(browser: Browser, page: Page): Promise<TaskTrace> {
    await browser.startTracing(page, { categories: CATEGORIES });
    return new TaskTrace(browser, page);
  }

  /** Tasks of some length since the last call. */
  async take(): Promise<Task[]> {
    const tasks = await this.stop();
    await this.browser.startTracing(this.page, { categories: CATEGORIES });
    return tasks;
  }

  async stop(): Promise<Task[]> {
    const { traceEvents } = JSON.parse((await this.browser.stopTracing()).toString()) as {
      traceEvents: readonly TraceEvent[];
    };
    const threadOf = ({ pid, tid }: TraceEvent): string => `${String(pid)}:${String(tid)}`;
    const isMain = (event: TraceEvent): boolean =>
      event.name === 'thread_name' && event.args?.name === 'CrRendererMain';
    const main = new Set(traceEvents.filter(isMain).map(threadOf));
    return traceEvents
      .filter((event) => event.ph === 'X' && event.name === 'RunTask' && main.has(threadOf(event)))
      .map(({ dur = 0, tdur = 0 }) => ({ wall: dur / 1_000, cpu: tdur / 1_000 }))
      .filter(({ wall }) => wall >= MIN_MS);
  }
}
