import { ServerResponse, type IncomingMessage } from 'node:http';
import { AppError } from '@holdfast/contracts';
import { metrics } from '@holdfast/observability';
import * as z from 'zod/mini';
import { describeIssues } from '../validation/describe-issues.js';
import { answerUpgrade } from './refuse-upgrade.js';

const STATUS = 400;
const HEADERS = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' };

const Query = z.object({ EIO: z.literal('4'), transport: z.literal('websocket') });

/**
 * Middleware of Engine.IO: who speaks another protocol of it (`EIO`; clients of Socket.IO 2 speak 3) or comes over another
 * transport is told so, in the error shape of every other endpoint. Engine.IO's own refusals have a shape of their own, and
 * the one of the protocol comes only after a WebSocket is open, as bytes that break it.
 */
export function checkHandshakeQuery(request: IncomingMessage, response: unknown, next: () => void): void {
  const query = Query.safeParse(queryOf(request));
  if (query.success) {
    next();
    return;
  }
  metrics.counter('holdfast_handshakes_total').inc({ outcome: 'invalid' });
  const body = JSON.stringify({ error: new AppError('invalid', describeIssues(query.error.issues)).toWire() });
  // An upgrade has no response to write to; Engine.IO passes a stand-in.
  if (response instanceof ServerResponse) response.writeHead(STATUS, HEADERS).end(body);
  else answerUpgrade(request, { status: STATUS, headers: HEADERS, body });
}

/** As Engine.IO reads it: of a parameter that is there twice the last one counts. */
function queryOf({ url = '' }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(new URL(url, 'http://gateway').searchParams);
}
