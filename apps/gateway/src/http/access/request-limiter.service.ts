import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '@holdfast/config';
import { AppError } from '@holdfast/contracts';
import { CONFIG } from '../../config.token.js';
import { KeyedBuckets } from '../../limits/keyed-buckets.js';

const BURST_S = 3;
/** Batches of client faults per minute and address; one page sends at most one a second, after a fault. */
const REPORTS_PER_MIN = 60;

/**
 * Rate limits of the REST edge. They live in this process, so that they hold with Redis away; n gateways admit n times
 * as much.
 */
@Injectable()
export class RequestLimiter {
  private readonly users: KeyedBuckets;
  private readonly guests: KeyedBuckets;
  private readonly reports = new KeyedBuckets({ perSecond: REPORTS_PER_MIN / 60, burst: REPORTS_PER_MIN });

  constructor(@Inject(CONFIG) config: Config) {
    const { requestsPerS, guestsPerAddressPerMin } = config.limits;
    this.users = new KeyedBuckets({ perSecond: requestsPerS, burst: requestsPerS * BURST_S });
    this.guests = new KeyedBuckets({ perSecond: guestsPerAddressPerMin / 60, burst: guestsPerAddressPerMin });
  }

  /** @throws AppError `rate_limited` if the user asks too often. */
  takeUser(userId: string): void {
    refuse(this.users.take(userId), 'too many requests');
  }

  /** @throws AppError `rate_limited` if too many faults are reported from the address. */
  takeReport(address: string): void {
    refuse(this.reports.take(address), 'too many reports from this address');
  }

  /** @throws AppError `rate_limited` if too many guests come from the address. */
  takeGuest(address: string): void {
    refuse(this.guests.take(address), 'too many new guests from this address');
  }
}

function refuse(waitMs: number, message: string): void {
  if (waitMs > 0) throw new AppError('rate_limited', message, { retryAfterMs: waitMs });
}
