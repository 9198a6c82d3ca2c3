import { Epoch, Member, Seq, ThreadSummary, Uuid } from '@holdfast/contracts';
import * as z from 'zod/mini';
import { DeviceDatabase } from '../support/device-database.js';
import { ClientEvent } from '../wire/schemas.js';
import type { CachedThread, ThreadCache } from './thread-cache.port.js';

/** Threads kept on the device; the ones saved longest ago go first. */
const MAX_THREADS = 50;
const LIST = 'inbox';

const Row = z
  .object({
    threadId: Uuid,
    epoch: Epoch,
    base: Seq,
    events: z.array(ClientEvent),
    members: z.array(Member),
    summary: ThreadSummary,
    savedAt: z.number(),
  })
  .check(z.refine(({ base, events }) => events.every(({ seq }, index) => seq === base + 1 + index), 'must be dense'));

const List = z.object({ name: z.literal(LIST), threads: z.array(ThreadSummary) });

/** {@link ThreadCache} on the device. A row that cannot be read is as good as none. */
export function indexedDbThreadCache(scope: string): ThreadCache {
  const database = new DeviceDatabase(scope);
  /** Saved by this page before: saving them again adds no row, so that nothing has to be counted. */
  const saved = new Set<string>();

  const bound = async (): Promise<void> => {
    const rows = (await database.all('threads')) as readonly CachedThread[];
    const oldest = [...rows].sort((a, b) => b.savedAt - a.savedAt).slice(MAX_THREADS);
    for (const { threadId } of oldest) await database.remove('threads', threadId);
  };
  return {
    load: async (threadId) => {
      const row = Row.safeParse(await database.get('threads', threadId));
      return row.success ? row.data : null;
    },
    save: async (thread) => {
      await database.put('threads', thread);
      if (saved.has(thread.threadId)) return;
      saved.add(thread.threadId);
      await bound();
    },
    remove: (threadId) => database.remove('threads', threadId),
    loadList: async () => {
      const row = List.safeParse(await database.get('lists', LIST));
      return row.success ? row.data.threads : [];
    },
    saveList: (threads) => database.put('lists', { name: LIST, threads }),
    clear: async () => {
      await database.clear('threads');
      await database.clear('lists');
    },
  };
}
