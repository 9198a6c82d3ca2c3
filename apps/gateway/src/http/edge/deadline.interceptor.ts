import { Inject, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { throwError, timeout, type Observable } from 'rxjs';
import type { Config } from '@holdfast/config';
import { AppError } from '@holdfast/contracts';
import { CONFIG } from '../../config.token.js';

const RETRY_AFTER_MS = 1_000;

/**
 * Answers `timeout` when a handler has no result within the deadline. What it started goes on: its database calls have
 * their own, shorter deadlines.
 */
@Injectable()
export class DeadlineInterceptor implements NestInterceptor {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    const first = this.config.gateway.requestTimeoutMs;
    const overdue = () =>
      throwError(() => new AppError('timeout', 'no result within the time limit', { retryAfterMs: RETRY_AFTER_MS }));
    return next.handle().pipe(timeout({ first, with: overdue }));
  }
}
