import { ErrorCode, SendBody, Uuid } from '@holdfast/contracts';
import { openDB, type IDBPDatabase } from 'idb';
import * as z from 'zod/mini';
import { withDeadline } from '../support/deadline.js';
import { systemClock } from '../support/clock.js';
import { browserTabChannel, type TabChannel } from '../tabs/tab-channel.js';
import type { OutboxItem } from './outbox-item.js';
import type { OutboxChange, OutboxStorage } from './outbox-storage.port.js';

const VERSION = 1;
const STORE = 'outbox';
/** Some browsers were seen to leave a request unanswered for ever. */
const DEADLINE_MS = 5_000;

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

/** What a program without the types of a browser does not know of a database. */
interface Closable {
  close(): void;
}

export interface IndexedDbOutboxOptions {
  /** Tells owners apart, such as tenant and user: messages of another owner are never read. */
  readonly scope: string;
  /** A row that nobody can send was found and dropped. */
  readonly onCorrupt?: () => void;
}

/** {@link OutboxStorage} on the device. Opening waits for the first use; a connection that the browser ended is opened anew. */
export function indexedDbOutboxStorage({ scope, onCorrupt }: IndexedDbOutboxOptions): OutboxStorage {
  const name = `holdfast.${scope}`;
  let channel: TabChannel | null = null;
  let opened: Promise<IDBPDatabase> | null = null;

  const open = (): Promise<IDBPDatabase> => {
    const forget = (): void => {
      opened = null;
    };
    // Where storage is forbidden, even naming it may throw.
    opened ??= Promise.resolve().then(() =>
      openDB(name, VERSION, {
        upgrade: (database) => {
          database.createObjectStore(STORE, { keyPath: 'clientMessageId' });
        },
        // A newer build in another page wants to upgrade: it goes first.
        blocking: () => {
          const closing = opened as Promise<Closable> | null;
          forget();
          void closing?.then((database) => {
            database.close();
          });
        },
        terminated: forget,
      }),
    );
    opened.catch(forget);
    return opened;
  };
  const use = <T>(work: (database: IDBPDatabase) => Promise<T>): Promise<T> =>
    withDeadline(systemClock, DEADLINE_MS, open().then(work));
  const tell = (change: OutboxChange): void => channel?.post(change);

  return {
    isDurable: true,
    load: () =>
      use(async (database) => {
        const values: unknown[] = await database.getAll(STORE);
        const items: OutboxItem[] = [];
        for (const value of values) {
          const row = Row.safeParse(value);
          if (row.success) {
            items.push(row.data);
            continue;
          }
          onCorrupt?.();
          // Without an id there is no key to delete it by; it cannot have got in without one.
          const { clientMessageId } = value as { readonly clientMessageId: string };
          await database.delete(STORE, clientMessageId);
        }
        return items;
      }),
    put: (item) =>
      use(async (database) => {
        await database.put(STORE, item);
        tell({ kind: 'put', item });
      }),
    remove: (clientMessageId) =>
      use(async (database) => {
        await database.delete(STORE, clientMessageId);
        tell({ kind: 'removed', clientMessageId });
      }),
    watch: (onChange) => {
      const mine = browserTabChannel(`${name}.outbox`, (message) => {
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
