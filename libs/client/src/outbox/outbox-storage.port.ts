import type { OutboxItem } from './outbox-item.js';

/** Keeps messages that are not yet sent. Items are told apart by `clientMessageId`; order is by `createdAt`, then id. */
export interface OutboxStorage {
  load(): Promise<readonly OutboxItem[]>;
  put(item: OutboxItem): Promise<void>;
  remove(clientMessageId: string): Promise<void>;
}
