export { indexedDbThreadCache } from './cache/thread-cache.indexeddb.js';
export type { CachedThread, ThreadCache } from './cache/thread-cache.port.js';
export { isServing, type ConnectionState } from './connection/connection-state.js';
export { Connection, type ConnectionOptions, type TokenProvider } from './connection/connection.js';
export type { Ready, Session, SessionEnd } from './connection/session.js';
export { Drafts, type TextStorage } from './drafts/drafts.js';
export { ErrorReporter, type ErrorReporterOptions, type Fault, type FaultContext } from './errors/error-reporter.js';
export { fingerprint, isDeterministic } from './errors/fingerprint.js';
export { indexedDbReportStorage } from './errors/report-storage.indexeddb.js';
export type { ReportStorage } from './errors/report-storage.port.js';
export { watchWindow } from './errors/watch-window.js';
export { HoldfastClient, type HoldfastClientOptions, type NewThread } from './holdfast-client.js';
export type { InboxState } from './inbox/inbox-state.js';
export { Inbox } from './inbox/inbox.js';
export type { OutboxItem, OutboxState } from './outbox/outbox-item.js';
export { bodyBytes } from './outbox/outbox-queue.js';
export { indexedDbOutboxStorage } from './outbox/outbox-storage.indexeddb.js';
export { memoryOutboxStorage } from './outbox/outbox-storage.memory.js';
export type { OutboxChange, OutboxStorage } from './outbox/outbox-storage.port.js';
export { Outbox } from './outbox/outbox.js';
export { Api } from './rest/api.js';
export { RestClient, type RestOptions } from './rest/rest-client.js';
export type { RunStream } from './run/run-stream.js';
export { systemClock, type Cancel, type Clock } from './support/clock.js';
export { toAppError } from './support/errors.js';
export { newId } from './support/new-id.js';
export { browserSignals, type Signals } from './support/signals.js';
export type { Readable } from './support/store.js';
export {
  conversationEntries,
  type ConversationEntry,
  type LiveEntry,
  type PendingEntry,
} from './thread/conversation.js';
export { ThreadSession } from './thread/thread-session.js';
export { browserTabs, type Tabs } from './tabs/tabs.js';
export type { ThreadAccess, ThreadState } from './thread/thread-state.js';
export { Threads } from './thread/threads.js';
export { echoKey } from './thread/timeline.js';
export type { MessageItem, NoticeItem, RunEndItem, TimelineItem, UnsupportedItem } from './thread/timeline.js';
export type { DiagnosticCounts } from './wire/diagnostics.js';
export { viewText, type UnknownPart, type ViewPart } from './wire/parts.js';
export type { Socket, Transport, TransportEnd, TransportHandlers } from './wire/transport.js';
export { socketIoTransport } from './wire/transport.socketio.js';
