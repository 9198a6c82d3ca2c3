import { AppError, type MessageBody } from '@holdfast/contracts';

/** @throws AppError `too_large` if the JSON of a body has more than `limit` UTF-8 bytes. */
export function assertBodySize(body: MessageBody, limit: number): void {
  const bytes = Buffer.byteLength(JSON.stringify(body));
  if (bytes > limit) throw new AppError('too_large', `body: must be at most ${limit.toString()} bytes`);
}
