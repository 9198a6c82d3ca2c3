import type { OutboxItem } from './outbox-item.js';
import type { OutboxStorage } from './outbox-storage.port.js';

/** {@link OutboxStorage} that lives as long as the page. */
export function memoryOutboxStorage(): OutboxStorage {
  const items = new Map<string, OutboxItem>();
  return {
    isDurable: false,
    load: () => Promise.resolve([...items.values()]),
    put: (item) => {
      items.set(item.clientMessageId, item);
      return Promise.resolve();
    },
    remove: (clientMessageId) => {
      items.delete(clientMessageId);
      return Promise.resolve();
    },
    watch: () => () => undefined,
  };
}
