import type { OutboxItem } from './outbox-item.js';

/** What another page of the same person did. */
export type OutboxChange =
  { readonly kind: 'put'; readonly item: OutboxItem } | { readonly kind: 'removed'; readonly clientMessageId: string };

/**
 * Keeps messages that are not yet sent. Items are told apart by `clientMessageId`; order is by `createdAt`, then id. Each
 * method rejects when the storage fails: the message then lives as long as the page.
 */
export interface OutboxStorage {
  load(): Promise<readonly OutboxItem[]>;
  put(item: OutboxItem): Promise<void>;
  remove(clientMessageId: string): Promise<void>;
  /** Tells changes that other pages make, until the returned function is called. */
  watch(onChange: (change: OutboxChange) => void): () => void;
  /** True if what is put is still there after a reload. */
  readonly isDurable: boolean;
}
