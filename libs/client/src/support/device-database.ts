import { openDB, type IDBPDatabase } from 'idb';
import { systemClock } from './clock.js';
import { withDeadline } from './deadline.js';

const VERSION = 1;
const STORES = { outbox: 'clientMessageId', errors: 'id', threads: 'threadId', lists: 'name' } as const;
/** Some browsers were seen to leave a request unanswered for ever. */
const DEADLINE_MS = 5_000;

/** What a program without the types of a browser does not know of a database. */
interface Closable {
  close(): void;
}

/** What one person, or nobody in particular, keeps on this device. Every call rejects where storage is forbidden or fails. */
export class DeviceDatabase {
  #opened: Promise<IDBPDatabase> | null = null;

  /** @param scope tells owners apart, such as tenant and user: rows of another owner are never read. */
  constructor(readonly scope: string) {}

  get name(): string {
    return `holdfast.${this.scope}`;
  }

  /** Rows as an earlier build, or a damaged profile, may have left them. */
  all(store: keyof typeof STORES): Promise<unknown[]> {
    return this.#use((database) => database.getAll(store));
  }

  /** Undefined if there is no such row. */
  get(store: keyof typeof STORES, key: string): Promise<unknown> {
    return this.#use((database) => database.get(store, key));
  }

  async clear(store: keyof typeof STORES): Promise<void> {
    await this.#use((database) => database.clear(store));
  }

  async put(store: keyof typeof STORES, row: object): Promise<void> {
    await this.#use((database) => database.put(store, row));
  }

  async remove(store: keyof typeof STORES, key: string): Promise<void> {
    await this.#use((database) => database.delete(store, key));
  }

  #use<T>(work: (database: IDBPDatabase) => Promise<T>): Promise<T> {
    return withDeadline(systemClock, DEADLINE_MS, this.#open().then(work));
  }

  /** Opened at the first use, and anew when the browser ended it. */
  #open(): Promise<IDBPDatabase> {
    const forget = (): void => {
      this.#opened = null;
    };
    const opened = (this.#opened ??= this.#request(forget));
    opened.catch(forget);
    return opened;
  }

  async #request(forget: () => void): Promise<IDBPDatabase> {
    // Where storage is forbidden, even naming it may throw: here that is a rejection.
    await Promise.resolve();
    const database = await openDB(this.name, VERSION, {
      upgrade: (created) => {
        for (const [store, keyPath] of Object.entries(STORES)) created.createObjectStore(store, { keyPath });
      },
      // A newer build in another page wants to upgrade: it goes first.
      blocking: () => {
        forget();
        (database as unknown as Closable).close();
      },
      terminated: forget,
    });
    return database;
  }
}
