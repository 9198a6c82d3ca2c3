import type { AppendOutcome } from './append-messages.js';

/**
 * What became of a submitted row. `busy`, `unavailable` and `blocked` are worth a retry with the same key; `invalid` is
 * not.
 */
export type BatchedOutcome = AppendOutcome | { readonly status: 'unavailable' | 'blocked' | 'invalid' };
