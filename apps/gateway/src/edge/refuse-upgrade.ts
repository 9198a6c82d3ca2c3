import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Refusal } from './handshake-gate.service.js';

const RETRY_AFTER_S = 1;

const STATUS: Readonly<Record<Refusal, number>> = { origin: 403, draining: 503, capacity: 503, rate_limited: 429 };

export interface UpgradeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: string;
}

/** Answers an upgrade as a plain request, and ends its connection. */
export function answerUpgrade({ socket }: IncomingMessage, { status, headers, body }: UpgradeAnswer): void {
  const fields = { Connection: 'close', ...headers, 'Content-Length': Buffer.byteLength(body) };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${String(value)}`);
  const head = [`HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`, ...lines];
  socket.on('error', () => socket.destroy());
  socket.end([...head, '', body].join('\r\n'), () => socket.destroy());
}

/** Answers a refused upgrade in place of Engine.IO, whose 400 would tell balancers and clients not to try again. */
export function refuseUpgrade(request: IncomingMessage, refusal: Refusal): void {
  const retry = refusal === 'origin' ? {} : { 'Retry-After': RETRY_AFTER_S };
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', ...retry };
  answerUpgrade(request, { status: STATUS[refusal], headers, body: refusal });
}
