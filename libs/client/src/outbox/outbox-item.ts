/**
 * A message on its way.
 *
 *   queued ──taken──▶ sending ──acknowledged──▶ sent ──seen in the log──▶ (gone)
 *   sending ──no answer, or try again──▶ queued, not before `nextAt`, with the same id
 *   sending ──refused for good──▶ failed ──retry──▶ queued;  failed ──edit──▶ queued with a new id
 *   queued ──a day old──▶ expired ──retry──▶ queued, for another day
 */
import type { ErrorCode, SendBody } from '@holdfast/contracts';

export type OutboxState =
  | { readonly status: 'queued' }
  | { readonly status: 'sending' }
  | { readonly status: 'sent'; readonly seq: number; readonly at: string }
  | { readonly status: 'failed'; readonly code: ErrorCode; readonly message: string }
  /** Waited too long to be sent without asking. */
  | { readonly status: 'expired' };

export interface OutboxItem {
  readonly clientMessageId: string;
  readonly threadId: string;
  readonly body: SendBody;
  /** ms since the Unix epoch; strictly increasing within a page. */
  readonly createdAt: number;
  /** Not sent after this without asking, ms since the Unix epoch. */
  readonly expiresAt: number;
  /** Tries so far. */
  readonly attempts: number;
  /** Not sent before, ms since the Unix epoch. */
  readonly nextAt: number;
  readonly state: OutboxState;
}
