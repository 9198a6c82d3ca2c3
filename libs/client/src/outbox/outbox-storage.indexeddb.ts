import { Uuid } from '@holdfast/contracts';
import * as z from 'zod/mini';
import type { TextStorage } from '../drafts/drafts.js';
import { DeviceDatabase } from '../support/device-database.js';
import { browserTabChannel, type TabChannel } from '../tabs/tab-channel.js';
import type { OutboxItem } from './outbox-item.js';
import { OutboxJournal } from './outbox-journal.js';
import { OutboxRow } from './outbox-row.js';
import type { OutboxChange, OutboxStorage } from './outbox-storage.port.js';

const Change = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('put'), item: OutboxRow }),
  z.object({ kind: z.literal('removed'), clientMessageId: Uuid }),
]);

export interface IndexedDbOutboxOptions {
  /** Tells owners apart, such as tenant and user: messages of another owner are never read. */
  readonly scope: string;
  /** Keeps at once what the database takes a moment to keep, such as `localStorage`: then nothing is lost in between. */
  readonly journal?: TextStorage;
  /** A row that nobody can send was found and dropped. */
  readonly onCorrupt?: () => void;
}

/** {@link OutboxStorage} on the device. */
export function indexedDbOutboxStorage({ scope, journal: texts, onCorrupt }: IndexedDbOutboxOptions): OutboxStorage {
  const database = new DeviceDatabase(scope);
  const journal = new OutboxJournal(texts ?? null, scope);
  /** Those that the database has. */
  const stored = new Set<string>();
  let channel: TabChannel | null = null;
  const tell = (change: OutboxChange): void => channel?.post(change);

  const put = async (item: OutboxItem): Promise<void> => {
    const id = item.clientMessageId;
    if (!stored.has(id)) journal.keep(item);
    await database.put('outbox', item);
    stored.add(id);
    journal.drop(id);
    tell({ kind: 'put', item });
  };

  return {
    isDurable: true,
    load: async () => {
      const items: OutboxItem[] = [];
      for (const value of await database.all('outbox')) {
        const row = OutboxRow.safeParse(value);
        if (row.success) {
          items.push(row.data);
          stored.add(row.data.clientMessageId);
          continue;
        }
        onCorrupt?.();
        // It cannot have got in without an id.
        await database.remove('outbox', (value as { readonly clientMessageId: string }).clientMessageId);
      }
      const unstored = journal.read().filter(({ clientMessageId }) => !stored.has(clientMessageId));
      // What cannot be put now stays in the journal.
      await Promise.allSettled(unstored.map(put));
      return [...items, ...unstored];
    },
    put,
    remove: async (clientMessageId) => {
      journal.drop(clientMessageId);
      await database.remove('outbox', clientMessageId);
      // Not before: a put that is still under way ends first, and would note it for ever.
      stored.delete(clientMessageId);
      tell({ kind: 'removed', clientMessageId });
    },
    watch: (onChange) => {
      const mine = browserTabChannel(`${database.name}.outbox`, (message) => {
        const change = Change.safeParse(message);
        if (change.success) onChange(change.data);
      });
      channel = mine;
      return () => {
        mine.close();
        if (channel === mine) channel = null;
      };
    },
  };
}
