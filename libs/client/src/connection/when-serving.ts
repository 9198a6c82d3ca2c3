import { AppError } from '@holdfast/contracts';
import type { Clock } from '../support/clock.js';
import type { Readable } from '../support/store.js';
import { isServing, type ConnectionState } from './connection-state.js';

/**
 * Resolves as soon as commands can be sent.
 *
 * @throws AppError `unavailable` if they cannot within `ms`.
 */
export function whenServing(connection: Readable<ConnectionState>, clock: Clock, ms: number): Promise<void> {
  if (isServing(connection.getSnapshot())) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => {
      end();
      reject(new AppError('unavailable', 'Not connected'));
    });
    const end = connection.subscribe(() => {
      if (!isServing(connection.getSnapshot())) return;
      cancel();
      end();
      resolve();
    });
  });
}
