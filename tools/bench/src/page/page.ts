import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { launchBrowser, repositoryRoot } from '@holdfast/testing';
import { report, verdict } from '../lib/report.js';
import { World } from '../lib/world.js';
import { ChatTab } from './chat-tab.js';
import type { LongTask } from './long-tasks.js';
import type { Task } from './task-trace.js';

const MESSAGES = 10_000;
const BYTES = 240;
const TOKENS_PER_S = 100;
/** How long answers are written, unless `--minutes` says so. */
const MINUTES = 1;
const CHECK_MS = 5_000;
/** Memory is read as often as this. */
const HEAP_EVERY = 6;
/** A browser's own measure of a task that a person notices. */
const LONG_TASK_MS = 50;
/** So many long tasks are told one by one. */
const MAX_TOLD = 10;
/** What is written in the meantime takes some room. */
const MAX_GROWTH_MIB = 5;

interface Thread {
  tenant_id: string;
  created_by: string;
}

const THREAD = { name: 'bench_thread', text: 'select tenant_id, created_by from chat.thread where id = $1' };
const ANALYZE = { name: 'bench_analyze', text: 'analyze chat.event' };
const MODE = { name: 'bench_mode', text: 'update chat.thread set agent_mode = $2 where id = $1' };

/** Nobody answers what is put in past the gateway. */
async function fill(world: World, threadId: string): Promise<void> {
  const [thread] = await world.db.query<Thread>(THREAD, [threadId]);
  if (thread === undefined) throw new Error('the thread was not created');
  const sender = { tenantId: thread.tenant_id, userId: thread.created_by, roles: [] };
  await world.db.query(MODE, [threadId, 'off']);
  await world.append([{ threadId, sender }], MESSAGES, BYTES);
  await world.db.query(MODE, [threadId, 'auto']);
  // The server would do it by itself, some time later.
  await world.db.query(ANALYZE);
}

interface Observed {
  readonly long: readonly LongTask[];
  /** Every task of some length, with `--trace`. */
  readonly traced: readonly Task[];
  readonly heaps: readonly number[];
}

/** Uses the page until `end`; prints the memory now and then. */
async function stream(tab: ChatTab, end: number, isTraced: boolean): Promise<Observed> {
  const long: LongTask[] = [];
  const traced: Task[] = [];
  const heaps: number[] = [];
  const began = Date.now();
  for (let check = 0; Date.now() < end; check += 1) {
    if (check % HEAP_EVERY === 0) {
      const heap = await tab.heapMiB();
      heaps.push(heap);
      report(`memory after ${String(Math.round((Date.now() - began) / 1_000))} s`, `${heap.toFixed(1)} MiB`);
      await tab.ask();
      // A collection on demand is a long task that is not the page's.
      await tab.takeLongTasks();
      if (isTraced) await tab.startTrace();
    }
    await tab.ask();
    await delay(CHECK_MS);
    long.push(...(await tab.takeLongTasks()));
    if ((check + 1) % HEAP_EVERY === 0 || Date.now() >= end) traced.push(...(await tab.endTrace()));
    else traced.push(...(await tab.takeTrace()));
  }
  heaps.push(await tab.heapMiB());
  return { long, traced, heaps };
}

function reportLong(long: readonly LongTask[]): void {
  const worst = long.toSorted((a, b) => b.duration - a.duration);
  report('long tasks, as the browser reports them', `${String(long.length)}; longest ${ms(worst[0]?.duration ?? 0)}`);
  for (const { duration, scripts } of worst.slice(0, MAX_TOLD))
    report(`  ${ms(duration)}`, scripts[0] ?? 'nothing of the page');
}

/** What analysis needs: it slows the page down itself. */
function reportTraced(traced: readonly Task[]): void {
  for (const kind of ['cpu', 'wall'] as const) {
    const over = traced.filter((task) => task[kind] > LONG_TASK_MS).length;
    const longest = Math.max(0, ...traced.map((task) => task[kind]));
    report(`traced tasks of more than 50 ms, ${kind} time`, `${String(over)}; longest ${ms(longest)}`);
  }
}

function ms(duration: number): string {
  return `${duration.toFixed(0)} ms`;
}

/** Of the last minute: what waits for a core, this bench's own processes included. */
function reportLoad(when: string): void {
  report(`load ${when}`, `${(loadavg()[0] ?? 0).toFixed(1)} on ${String(availableParallelism())} cores`);
}

/**
 * The chat page with ten thousand messages loaded, while answers are written at 100 tokens a second for a minute, or for
 * `--minutes 5`: whether its browser reports a long task, and whether its memory stays. `--trace` measures the tasks as
 * DevTools does, too.
 */
export async function page(): Promise<boolean> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      minutes: { type: 'string', default: String(MINUTES) },
      trace: { type: 'boolean', default: false },
    },
  });
  const world = await World.start();
  const browser = await launchBrowser();
  try {
    const gateway = await world.gateway({ WEB_ROOT: join(repositoryRoot(), 'dist/apps/web') });
    await world.worker({ GUIDE_TOKENS_PER_S: String(TOKENS_PER_S) });
    const tab = await ChatTab.open(browser, gateway.url);
    await fill(world, tab.threadId);
    await tab.reload();
    await tab.loadAll();
    report('messages in the document', await tab.mounted());
    await tab.ask();
    await tab.observe();

    reportLoad('before');
    const { long, traced, heaps } = await stream(tab, Date.now() + Number(values.minutes) * 60_000, values.trace);
    reportLoad('after');
    const [before = 0] = heaps;
    const after = heaps.at(-1) ?? 0;
    report('memory before and after', `${before.toFixed(1)} MiB, ${after.toFixed(1)} MiB`);
    reportLong(long);
    if (values.trace) reportTraced(traced);
    const promises = [
      verdict('no task of more than 50 ms', long.length === 0),
      verdict(`memory grows by less than ${String(MAX_GROWTH_MIB)} MiB`, after - before < MAX_GROWTH_MIB),
    ];
    return promises.every((kept) => kept);
  } finally {
    await browser.close();
    await world.end();
  }
}
