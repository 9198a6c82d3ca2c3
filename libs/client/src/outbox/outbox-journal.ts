import * as z from 'zod/mini';
import type { TextStorage } from '../drafts/drafts.js';
import type { OutboxItem } from './outbox-item.js';
import { OutboxRow } from './outbox-row.js';

const Entries = z.array(z.unknown());

/**
 * Keeps messages at once that a database takes a moment to keep: a page that is left within it would take them along. All
 * pages of the same person share it; a write of two in the same instant may lose an entry, not the message.
 */
export class OutboxJournal {
  readonly #key: string;

  /** @param texts null where nothing keeps at once */
  constructor(
    private readonly texts: TextStorage | null,
    scope: string,
  ) {
    this.#key = `holdfast.unstored.${scope}`;
  }

  /** What was kept and not dropped, as far as it can be read. */
  read(): OutboxItem[] {
    try {
      const entries = Entries.parse(JSON.parse(this.texts?.getItem(this.#key) ?? '[]'));
      return entries.flatMap((entry) => {
        const row = OutboxRow.safeParse(entry);
        return row.success ? [row.data] : [];
      });
    } catch {
      return [];
    }
  }

  keep(item: OutboxItem): void {
    this.#write([...this.read().filter(({ clientMessageId }) => clientMessageId !== item.clientMessageId), item]);
  }

  drop(clientMessageId: string): void {
    const before = this.read();
    const after = before.filter((item) => item.clientMessageId !== clientMessageId);
    if (after.length < before.length) this.#write(after);
  }

  #write(items: readonly OutboxItem[]): void {
    try {
      if (items.length === 0) this.texts?.removeItem(this.#key);
      else this.texts?.setItem(this.#key, JSON.stringify(items));
    } catch {
      // Full or forbidden: the database alone keeps it, a moment later.
    }
  }
}
