import type { Published } from '../published.js';
import type { AppendedMessage } from './append-messages.js';

/** Appended messages as one publication per thread. */
export function publishedOf(messages: readonly AppendedMessage[]): Published[] {
  const threads = new Map<string, Published & { events: AppendedMessage['event'][] }>();
  for (const { tenantId, event, memberVersion, epoch } of messages) {
    const { threadId } = event;
    const thread = threads.get(threadId);
    if (thread === undefined) {
      threads.set(threadId, { tenantId, threadId, memberVersion, epoch, events: [event] });
    } else {
      thread.events.push(event);
    }
  }
  return [...threads.values()];
}
