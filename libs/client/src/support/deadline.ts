import { AppError } from '@holdfast/contracts';
import type { Clock } from './clock.js';

/**
 * The promise's result, or an `AppError('timeout')` after `ms`. The work itself goes on; a late result is dropped.
 */
export function withDeadline<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const cancel = clock.after(ms, () => {
      reject(new AppError('timeout', `No answer within ${String(ms / 1000)} s`));
    });
    work.then(resolve, reject).finally(cancel);
  });
}
