import type { Member, ThreadSummary } from '@holdfast/contracts';
import type { ClientEvent } from '../wire/schemas.js';

/** The end of a thread's log, as it was when this device last had it. */
export interface CachedThread {
  readonly threadId: string;
  readonly epoch: string;
  /** Events before the first held one; what follows is dense. */
  readonly base: number;
  readonly events: readonly ClientEvent[];
  readonly members: readonly Member[];
  readonly summary: ThreadSummary;
  /** ms since the Unix epoch. */
  readonly savedAt: number;
}

/**
 * Keeps what was read, so that it can be shown before the server answers, or without it. Each method rejects when the
 * storage fails; nothing depends on what it holds.
 */
export interface ThreadCache {
  load(threadId: string): Promise<CachedThread | null>;
  save(thread: CachedThread): Promise<void>;
  remove(threadId: string): Promise<void>;
  loadList(): Promise<readonly ThreadSummary[]>;
  saveList(threads: readonly ThreadSummary[]): Promise<void>;
  /** Forgets everything, as when the person signs out. */
  clear(): Promise<void>;
}
