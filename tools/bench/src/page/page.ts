import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { launchBrowser, repositoryRoot } from '@holdfast/testing';
import { report, verdict } from '../lib/report.js';
import { World } from '../lib/world.js';
import { ChatTab } from './chat-tab.js';

const MESSAGES = 10_000;
const BYTES = 240;
const TOKENS_PER_S = 100;
const STREAM_MS = 300_000;
const CHECK_MS = 5_000;
/** A browser's own measure of a task that a person notices. */
const LONG_TASK_MS = 50;
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

/**
 * The chat page with ten thousand messages loaded, while answers are written at 100 tokens a second for five minutes: how
 * long its longest task is, and whether its memory stays.
 */
export async function page(): Promise<boolean> {
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
    await tab.watchTasks();
    const before = await tab.heapMiB();
    for (const end = Date.now() + STREAM_MS; Date.now() < end;) {
      await tab.ask();
      await delay(CHECK_MS);
    }
    const tasks = await tab.longTasks();
    const after = await tab.heapMiB();

    const longest = Math.round(Math.max(0, ...tasks));
    report('tasks of more than 50 ms', tasks.length);
    report('longest of them', `${String(longest)} ms`);
    report('memory before and after', `${before.toFixed(1)} MiB, ${after.toFixed(1)} MiB`);
    const smooth = verdict('no task of more than 50 ms', longest <= LONG_TASK_MS);
    return (
      verdict(`memory grows by less than ${String(MAX_GROWTH_MIB)} MiB`, after - before < MAX_GROWTH_MIB) && smooth
    );
  } finally {
    await browser.close();
    await world.end();
  }
}
