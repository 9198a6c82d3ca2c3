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
export { encodeWithPieces } from './open/encoded-once.js';
export { RunFollower } from './open/run-follower.js';
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
export { cancelRun, type CancelOutcome } from './run/cancel-run.js';
export {
  claimRun,
  type AgentDefinition,
  type ClaimedRun,
  type ClaimOutcome,
  type ClaimRequest,
} from './run/claim-run.js';
export { commitChunks, type ChunkOutcome, type ChunkStatus, type RunChunk } from './run/commit-chunks.js';
export type { EndedRun, RunEnding } from './run/end-run.js';
export { findDueRuns, type DueRun, type DueRuns } from './run/find-due-runs.js';
export { finishRun, type FinishOutcome, type FinishRequest } from './run/finish-run.js';
export { followRuns } from './run/follow-runs.js';
export { journalGet, journalPut, type JournalEntry, type JournalKey } from './run/journal.js';
export { loadHistory, type HistoryMessage } from './run/load-history.js';
export { pollThreads, type PolledThread } from './run/poll-threads.js';
export { purgeRunChunks } from './run/purge-run-chunks.js';
export { releaseRun } from './run/release-run.js';
export { retryRun, type RetryOutcome, type RetryRequest } from './run/retry-run.js';
export { AppendBatcher, type AppendBatcherOptions } from './log/append-batcher.js';
export type { AppendLimits } from './log/append-limits.js';
export type { BatchedOutcome } from './log/batched-outcome.js';
export { publishedOf } from './log/published-of.js';
export { searchMessages, type SearchRequest } from './search/search-messages.js';
export { addMember, type MembersChanged } from './thread/add-member.js';
export { authorizeMember, type Membership } from './thread/authorize-member.js';
export { deleteThread, type DeletedThread } from './thread/delete-thread.js';
export { exportThread, type ThreadExportStream } from './thread/export-thread.js';
export { latestThreads, type LatestThread, type ThreadMember } from './thread/latest-threads.js';
export { listThreads, type ThreadListRequest } from './thread/list-threads.js';
export { markRead, type ReadMark } from './thread/mark-read.js';
export { listMembers, memberIds, type MemberIds } from './thread/members.js';
export { removeMember } from './thread/remove-member.js';
export { updateThread, type ThreadChange, type UpdatedThread } from './thread/update-thread.js';
export { findUsers } from './user/find-users.js';
export { listAgents } from './user/list-agents.js';
export { deleteMessage } from './log/delete-message.js';
export { editMessage, type CommandPlace, type EditedMessage } from './log/edit-message.js';
export type { MessageCommand } from './log/own-message.js';
export { eraseUser, type ErasedUser, type EraseRequest } from './user/erase-user.js';
