import { ErrorCode, SendBody, Uuid } from '@holdfast/contracts';
import * as z from 'zod/mini';
import { DeviceDatabase } from '../support/device-database.js';
import { browserTabChannel, type TabChannel } from '../tabs/tab-channel.js';
import type { OutboxItem } from './outbox-item.js';
import type { OutboxChange, OutboxStorage } from './outbox-storage.port.js';

/** A row as an earlier build, or a damaged profile, may have left it. */
const Row = z.object({
  clientMessageId: Uuid,
  threadId: Uuid,
  body: SendBody,
  createdAt: z.number(),
  expiresAt: z.number(),
  attempts: z.number(),
  nextAt: z.number(),
  state: z.discriminatedUnion('status', [
    z.object({ status: z.literal('queued') }),
    z.object({ status: z.literal('sending') }),
    z.object({ status: z.literal('sent'), seq: z.number(), at: z.string() }),
    z.object({ status: z.literal('failed'), code: ErrorCode, message: z.string() }),
    z.object({ status: z.literal('expired') }),
  ]),
});

const Change = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('put'), item: Row }),
  z.object({ kind: z.literal('removed'), clientMessageId: Uuid }),
]);

export interface IndexedDbOutboxOptions {
  /** Tells owners apart, such as tenant and user: messages of another owner are never read. */
  readonly scope: string;
  /** A row that nobody can send was found and dropped. */
  readonly onCorrupt?: () => void;
}

/** {@link OutboxStorage} on the device. */
export function indexedDbOutboxStorage({ scope, onCorrupt }: IndexedDbOutboxOptions): OutboxStorage {
  const database = new DeviceDatabase(scope);
  let channel: TabChannel | null = null;
  const tell = (change: OutboxChange): void => channel?.post(change);

  return {
    isDurable: true,
    load: async () => {
      const items: OutboxItem[] = [];
      for (const value of await database.all('outbox')) {
        const row = Row.safeParse(value);
        if (row.success) {
          items.push(row.data);
          continue;
        }
        onCorrupt?.();
        // It cannot have got in without an id.
        await database.remove('outbox', (value as { readonly clientMessageId: string }).clientMessageId);
      }
      return items;
    },
    put: async (item) => {
      await database.put('outbox', item);
      tell({ kind: 'put', item });
    },
    remove: async (clientMessageId) => {
      await database.remove('outbox', clientMessageId);
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
