import { createHmac } from 'node:crypto';

const BASE64_PREFIX = 'whsec_';

function keyOf(secret: string): Buffer {
  return secret.startsWith(BASE64_PREFIX)
    ? Buffer.from(secret.slice(BASE64_PREFIX.length), 'base64')
    : Buffer.from(secret, 'utf8');
}

/** What is signed, besides the body. */
export interface SignedPart {
  /** Stays the same when the message is sent again. */
  readonly id: string;
  /** Time of this try, ms since the Unix epoch; a receiver refuses what is too old. */
  readonly now: number;
}

/** The headers of a signed message as Standard Webhooks (1.0) wants them: HMAC-SHA256 over `id.timestamp.body`. */
export function signatureHeaders(secret: string, { id, now }: SignedPart, body: string): Record<string, string> {
  const timestamp = String(Math.floor(now / 1_000));
  const digest = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${digest}` };
}
