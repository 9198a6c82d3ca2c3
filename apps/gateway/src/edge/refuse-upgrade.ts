import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Refusal } from './handshake-gate.service.js';

const RETRY_AFTER_S = 1;

const STATUS: Readonly<Record<Refusal, number>> = { origin: 403, draining: 503, capacity: 503, rate_limited: 429 };

/** Answers a refused upgrade in place of Engine.IO, whose 400 would tell balancers and clients not to try again. */
export function refuseUpgrade({ socket }: IncomingMessage, refusal: Refusal): void {
  const status = STATUS[refusal];
  const head = [
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${String(Buffer.byteLength(refusal))}`,
    ...(refusal === 'origin' ? [] : [`Retry-After: ${String(RETRY_AFTER_S)}`]),
  ];
  socket.on('error', () => socket.destroy());
  socket.end([...head, '', refusal].join('\r\n'), () => socket.destroy());
}
