import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { metrics, runWithContext, type Logger } from '@holdfast/observability';
import type { SloRecorder } from '@holdfast/slo-recorder';
import { callerOf } from '../access/caller.js';
import { pathOf } from './request-path.js';

/** What a probe or a scraper asks every few seconds is detail. */
const QUIET = /^\/(?:health|metrics|assets)(?:\/|$)/;
const UNMATCHED = 'unmatched';

function routeOf(request: FastifyRequest): string {
  return request.is404 ? UNMATCHED : (request.routeOptions.url ?? UNMATCHED);
}

/** Requests of people and programs; whoever probes or scrapes sees faults that nobody else has. */
function record(recorder: SloRecorder, status: number): void {
  if (status >= 500) recorder.bad('error-rate');
  else if (status >= 400) recorder.exclude('error-rate');
  else recorder.good('error-rate');
}

function observe(logger: Logger, request: FastifyRequest, reply: FastifyReply): void {
  const route = routeOf(request);
  const { method } = request;
  const ms = Math.round(reply.elapsedTime * 10) / 10;
  const statusClass = `${Math.floor(reply.statusCode / 100).toString()}xx`;
  metrics.counter('holdfast_http_requests_total').inc({ route, method, status: statusClass });
  metrics.histogram('holdfast_http_request_seconds').observe({ route }, reply.elapsedTime / 1_000);
  const path = pathOf(request);
  const user = callerOf(request)?.user;
  const who = user === undefined ? {} : { tenantId: user.tenantId, userId: user.userId };
  const fields = {
    traceId: request.id,
    method,
    route,
    path,
    status: reply.statusCode,
    ms,
    address: request.ip,
    ...who,
  };
  logger[QUIET.test(path) ? 'debug' : 'info'](fields, 'request');
}

/** One log line and one measurement per request, its id in the reply and in everything that is logged for it. */
export function installRequestHooks(
  fastify: FastifyInstance,
  { logger, recorder }: { readonly logger: Logger; readonly recorder: SloRecorder },
): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    if (pathOf(request).startsWith('/api/')) reply.header('cache-control', 'no-store');
    done();
  });
  // After the body has been read: its events would have left the context again.
  fastify.addHook('preValidation', (request, _reply, done) => {
    runWithContext({ traceId: request.id, operation: routeOf(request) }, done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    observe(logger, request, reply);
    if (!QUIET.test(pathOf(request))) record(recorder, reply.statusCode);
    done();
  });
}
