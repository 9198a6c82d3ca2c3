import {
  Inject,
  Injectable,
  StreamableFile,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { tap, throwError, timeout, type Observable } from 'rxjs';
import type { Config } from '@holdfast/config';
import { AppError } from '@holdfast/contracts';
import { CONFIG } from '../../config.token.js';
import { endpointOf } from '../endpoints/endpoint-of.js';
import { endpoint } from '../endpoints/endpoints.js';

const RETRY_AFTER_MS = 1_000;

/**
 * Answers `timeout` when a handler has no result within the deadline; what it started goes on, bounded by the shorter
 * deadlines of its database calls. In development and test a reply that breaks its own schema is a fault.
 */
@Injectable()
export class EndpointInterceptor implements NestInterceptor {
  private readonly checksReplies: boolean;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    this.checksReplies = ['development', 'test'].includes(config.service.environment);
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const first = this.config.gateway.requestTimeoutMs;
    const overdue = () =>
      throwError(() => new AppError('timeout', 'no result within the time limit', { retryAfterMs: RETRY_AFTER_MS }));
    const reply = next.handle().pipe(timeout({ first, with: overdue }));
    const schema = endpoint(endpointOf(context)).reply;
    if (!this.checksReplies || schema === undefined) return reply;
    return reply.pipe(
      tap((value: unknown) => {
        if (!(value instanceof StreamableFile)) schema.parse(value);
      }),
    );
  }
}
