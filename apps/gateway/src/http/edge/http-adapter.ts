import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import type { Config } from '@holdfast/config';
import { AppError } from '@holdfast/contracts';
import { newTraceId } from '@holdfast/observability';

const MAX_PARAM_LENGTH = 128;
/** A client has this long to deliver a request; slower ones only hold a connection. */
const RECEIVE_TIMEOUT_MS = 15_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** Above the idle timeout of common load balancers (60 s), so that the balancer closes first and no request is lost. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;

/** The id a caller gave its request, if it is fit for logs; else a fresh one. */
const requestId: NonNullable<FastifyServerOptions['genReqId']> = ({ headers }) => {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : newTraceId();
};

function errorBody(message: string): string {
  return JSON.stringify({ error: new AppError('invalid', message).toWire() });
}

/** Answers what is not even HTTP; there is no request yet, only a socket. */
function onClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = errorBody('the request is not valid HTTP');
  const head = ['HTTP/1.1 400 Bad Request', 'Connection: close', 'Content-Type: application/json; charset=utf-8'];
  socket.end([...head, `Content-Length: ${Buffer.byteLength(body).toString()}`, '', body].join('\r\n'));
}

/** The router's own refusals (a path that cannot be decoded), which no filter sees. */
function onRouterError(_error: Error, _request: FastifyRequest, reply: FastifyReply): void {
  void reply.status(400).type('application/json; charset=utf-8').send(errorBody('the path cannot be decoded'));
}

/** Fastify as the gateway runs it: JSON only, bounded, and with our error shape down to the parser. */
export class HttpAdapter extends FastifyAdapter {
  constructor(config: Config) {
    super({
      trustProxy: (_address, hop) => hop < config.auth.trustProxy,
      bodyLimit: config.limits.requestBytes,
      requestTimeout: RECEIVE_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      http: { headersTimeout: HEADERS_TIMEOUT_MS },
      routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
      requestIdHeader: false,
      genReqId: requestId,
      frameworkErrors: onRouterError as NonNullable<FastifyServerOptions['frameworkErrors']>,
      clientErrorHandler: onClientError,
    });
    this.getInstance().removeContentTypeParser('text/plain');
  }

  /** Nest would add a parser for HTML forms; a form of another site could then post here without a preflight. */
  override registerParserMiddleware(): void {
    // Fastify's own JSON parser is there from the start.
  }
}
