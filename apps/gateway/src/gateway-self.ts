import type { SessionLimits } from '@holdfast/contracts';
import type { Config } from '@holdfast/config';

/** Injection token of {@link GatewaySelf}. */
export const GATEWAY_SELF = Symbol('GATEWAY_SELF');

/** What this process tells about itself. */
export interface GatewaySelf {
  readonly instanceId: string;
  readonly version: string;
  readonly limits: SessionLimits;
}

/** Bytes a client should put into one `message.send`; far below the frame limit, so that wrapping never matters. */
const SEND_BYTES = 256 * 1_024;

export function sessionLimits({ limits }: Config): SessionLimits {
  const { bodyBytes, messagesPerSend, rateMessages, rateWindowMs, rateBurst, openThreads, frameBytes } = limits;
  const sendBytes = Math.min(SEND_BYTES, Math.floor(frameBytes / 2));
  return { bodyBytes, messagesPerSend, rateMessages, rateWindowMs, rateBurst, openThreads, frameBytes, sendBytes };
}
