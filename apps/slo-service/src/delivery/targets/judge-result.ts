import type { PostResult } from '../http/post.js';
import type { SendOutcome } from './alert-target.port.js';

/** Statuses below 500 that mean "later". */
const LATER: ReadonlySet<number> = new Set([408, 425, 429]);

/** What an answer means for the notice. A redirect is not followed: the address has to be corrected. */
export function judgeResult(result: PostResult): SendOutcome {
  if (result.kind === 'refused') return { kind: 'dead', code: 'address_refused' };
  if (result.kind === 'failed') {
    // Given up by us: somebody else may go on at once.
    return result.code === 'aborted'
      ? { kind: 'retry', code: 'aborted', afterMs: 0 }
      : { kind: 'retry', code: result.code };
  }
  const { status, retryAfterMs } = result;
  const code = `http_${String(status)}`;
  if (status >= 200 && status < 300) return { kind: 'delivered', code };
  if (LATER.has(status) || status >= 500) return { kind: 'retry', code, afterMs: retryAfterMs };
  return { kind: 'dead', code };
}
