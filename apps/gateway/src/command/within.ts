import { AppError } from '@holdfast/contracts';

/**
 * The result of `work`, which goes on unobserved past the deadline.
 * @throws AppError `timeout` after `ms`.
 */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new AppError('timeout', `no result within ${ms.toString()} ms`, { retryAfterMs: 500 }));
    }, ms);
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
