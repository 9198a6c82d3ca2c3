import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '@holdfast/contracts';
import type { Logger } from '@holdfast/observability';
import { allowedMethods } from './allowed-methods.js';
import { pathOf } from './request-path.js';
import { toHttpError, type HttpError } from './to-http-error.js';

const METHOD_NOT_ALLOWED = 405;
const SERVER_FAULT = 500;

/** Turns every fault of the HTTP edge into `{error: {code, message, retryable, retryAfterMs?}}`. */
@Catch()
export class HttpErrorFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const { status, error } = this.refine(toHttpError(exception), request, reply);
    this.log({ status, error }, request);
    if (reply.sent || reply.raw.headersSent) {
      // A download that broke half-way: only a cut connection tells the reader that it is not whole.
      reply.raw.destroy();
      return;
    }
    if (error.retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(error.retryAfterMs / 1_000));
    if (error.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer');
    for (const name of ['content-disposition', 'etag', 'last-modified']) reply.removeHeader(name);
    reply.header('cache-control', 'no-store').type('application/json; charset=utf-8').status(status);
    reply.send(JSON.stringify({ error: error.toWire() }));
  }

  /** A known path with another method is told so. */
  private refine(found: HttpError, request: FastifyRequest, reply: FastifyReply): HttpError {
    if (found.status !== 404 || !request.is404) return found;
    const methods = allowedMethods(pathOf(request));
    if (methods.length === 0) return found;
    reply.header('allow', methods.join(', '));
    return { status: METHOD_NOT_ALLOWED, error: new AppError('invalid', `the method must be ${methods.join(' or ')}`) };
  }

  private log({ status, error }: HttpError, request: FastifyRequest): void {
    if (status < SERVER_FAULT) return;
    const fields = { traceId: request.id, path: pathOf(request), code: error.code, err: error.cause ?? error };
    if (error.code === 'internal') this.logger.error(fields, 'request failed');
    else this.logger.warn(fields, 'request refused');
  }
}
