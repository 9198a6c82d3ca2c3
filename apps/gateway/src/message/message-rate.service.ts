import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '@holdfast/config';
import { AppError } from '@holdfast/contracts';
import { CONFIG } from '../config.token.js';
import { KeyedBuckets } from '../limits/keyed-buckets.js';

/**
 * Messages per user. Each gateway counts what it accepts itself, so that the limit holds with Redis away; a user who
 * spreads over n gateways gets at most n times as much.
 */
@Injectable()
export class MessageRate {
  private readonly buckets: KeyedBuckets;

  constructor(@Inject(CONFIG) { limits }: Config) {
    const perSecond = (limits.rateMessages * 1_000) / limits.rateWindowMs;
    this.buckets = new KeyedBuckets({ perSecond, burst: limits.rateBurst });
  }

  /** @throws AppError `rate_limited` with the time after which that many messages are accepted. */
  take(userId: string, messages: number): void {
    const retryAfterMs = this.buckets.take(userId, messages);
    if (retryAfterMs > 0) throw new AppError('rate_limited', 'too many messages', { retryAfterMs });
  }
}
