export { NaturalBatcher, type BatcherOptions } from './batching/natural-batcher.js';
export {
  appendMessages,
  type AppendedMessage,
  type AppendOutcome,
  type AppendRow,
  type DuplicateMessage,
} from './log/append-messages.js';
export { readEvents, type PageRequest } from './log/read-events.js';
export { readRange, type Range } from './log/read-range.js';
export { ThreadOpener, type OpenedThread } from './open/thread-opener.js';
export type { Principal } from './principal.js';
export type { Published } from './published.js';
export { createThread, type CreatedThread, type NewThread } from './thread/create-thread.js';
export { getThread } from './thread/get-thread.js';
export { ensureUser, ensureUsers, type EnsuredUser, type TokenIdentity } from './user/ensure-users.js';
export {
  AGENT_PROVIDERS,
  createAgent,
  createTenant,
  type AgentConfig,
  type AgentProvider,
  type NewAgent,
} from './user/provision.js';
