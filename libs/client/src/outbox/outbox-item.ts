/**
 * A message on its way.
 *
 *   queued ──taken──▶ sending ──acknowledged──▶ sent ──seen in the log──▶ (gone)
 *   sending ──no answer, or try again──▶ queued, not before `nextAt`, with the same id
 *   sending ──refused for good──▶ failed ──retry──▶ queued;  failed ──edit──▶ queued with a new id
 */
import type { ErrorCode, SendBody } from '@holdfast/contracts';

export type OutboxState =
  | { readonly status: 'queued' }
  | { readonly status: 'sending' }
  | { readonly status: 'sent'; readonly seq: number; readonly at: string }
  | { readonly status: 'failed'; readonly code: ErrorCode; readonly message: string };

export interface OutboxItem {
  readonly clientMessageId: string;
  readonly threadId: string;
  readonly body: SendBody;
  /** ms since the Unix epoch. */
  readonly createdAt: number;
  /** Tries so far. */
  readonly attempts: number;
  /** Not sent before, ms since the Unix epoch. */
  readonly nextAt: number;
  readonly state: OutboxState;
}
