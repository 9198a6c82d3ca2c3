import type { Page } from 'playwright-core';

/** A task of more than 50 ms, as the page's own browser reports it. */
export interface LongTask {
  /** ms, waiting for a core included. */
  readonly duration: number;
  /** What of the page ran in that frame, the longest first; empty = nothing of 5 ms. */
  readonly scripts: readonly string[];
}

/** Runs in the page. */
const OBSERVE = `(() => {
  const tasks = [];
  const frames = [];
  const observe = (type, list) => {
    const observer = new PerformanceObserver((entries) => list.push(...entries.getEntries()));
    observer.observe({ type });
    return observer;
  };
  const observers = [[observe('longtask', tasks), tasks], [observe('long-animation-frame', frames), frames]];
  const drain = () => { for (const [observer, list] of observers) list.push(...observer.takeRecords()); };
  const during = (task) => frames.find((frame) =>
    frame.startTime < task.startTime + task.duration && task.startTime < frame.startTime + frame.duration);
  const say = (script) => [
    script.invoker, script.sourceFunctionName, Math.round(script.duration) + ' ms',
    'layout ' + Math.round(script.forcedStyleAndLayoutDuration) + ' ms',
  ].filter((word) => word !== '').join(' ');
  globalThis.takeLongTasks = () => {
    drain();
    const taken = tasks.map((task) => ({
      duration: task.duration,
      scripts: (during(task)?.scripts ?? []).toSorted((a, b) => b.duration - a.duration).map(say),
    }));
    tasks.length = 0;
    frames.length = 0;
    return taken;
  };
})()`;

/** What `PerformanceObserver` tells of the page's main thread: the measure that a person's browser takes. */
export class LongTasks {
  private constructor(private readonly page: Page) {}

  /** From now on. */
  static async observe(page: Page): Promise<LongTasks> {
    await page.evaluate(OBSERVE);
    return new LongTasks(page);
  }

  /** Those since the last call. */
  take(): Promise<LongTask[]> {
    return this.page.evaluate<LongTask[]>('takeLongTasks()');
  }
}
