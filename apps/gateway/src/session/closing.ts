import { CLOSE_CODES, type CloseCode, type ServerEvent } from '@holdfast/contracts';

/** What a client is told about the end of its connection. */
export function closing(code: CloseCode): ServerEvent<'session.closing'> {
  return { code, mayReconnect: CLOSE_CODES[code].mayReconnect };
}

/** What a refused namespace connection gets as `connect_error`; its `data` carries code and advice. */
export function handshakeError(code: CloseCode, message: string, retryAfterMs?: number): Error {
  const advice = retryAfterMs === undefined ? {} : { retryAfterMs };
  return Object.assign(new Error(message), { data: { ...closing(code), ...advice } });
}
