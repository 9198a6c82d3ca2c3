import { AppError, type MessageBody } from '@holdfast/contracts';

/**
 * The size of a body's JSON in UTF-8 bytes.
 * @throws AppError `too_large`, naming `field`, if that is above `limit`.
 */
export function assertBodySize(body: MessageBody, limit: number, field = 'body'): number {
  const bytes = Buffer.byteLength(JSON.stringify(body));
  if (bytes > limit) throw new AppError('too_large', `${field}: must be at most ${limit.toString()} bytes`);
  return bytes;
}
