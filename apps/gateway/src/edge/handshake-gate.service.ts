import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '@holdfast/config';
import { LOGGER, metrics, type Logger } from '@holdfast/observability';
import { Shutdown } from '@holdfast/shutdown';
import { CONFIG } from '../config.token.js';
import { KeyedBuckets } from '../limits/keyed-buckets.js';
import { TokenBucket } from '../limits/token-bucket.js';
import { clientAddress } from './client-address.js';
import { isOriginAllowed } from './origin-check.js';

export type Refusal = 'origin' | 'draining' | 'capacity' | 'rate_limited';

/**
 * Decides on the upgrade request, before anything is spent on a connection. A refused one looks to a client like a server
 * that is away: Socket.IO clients try again later by themselves.
 */
@Injectable()
export class HandshakeGate {
  private readonly all: TokenBucket;
  private readonly byAddress: KeyedBuckets;
  private closed = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    shutdown: Shutdown,
  ) {
    const { handshakesPerS, handshakesPerAddressPerS } = config.limits;
    this.all = new TokenBucket({ perSecond: handshakesPerS, burst: handshakesPerS });
    this.byAddress = new KeyedBuckets({ perSecond: handshakesPerAddressPerS, burst: 2 * handshakesPerAddressPerS });
    shutdown.onShutdown('refuse upgrades', { phase: 'requests', timeoutMs: 100 }, () => {
      this.closed = true;
    });
  }

  /** Why the request is refused, or undefined; `connections` is the number that exist. */
  refusal(request: IncomingMessage, connections: number): Refusal | undefined {
    const refusal = this.judge(request, connections);
    if (refusal !== undefined) metrics.counter('holdfast_handshakes_total').inc({ outcome: refusal });
    return refusal;
  }

  private judge(request: IncomingMessage, connections: number): Refusal | undefined {
    const { auth, limits } = this.config;
    if (this.closed) return 'draining';
    if (!isOriginAllowed(request, auth)) {
      const { origin, host } = request.headers;
      this.logger.warn({ origin, host }, 'origin refused; ALLOWED_ORIGINS and TRUST_PROXY decide');
      return 'origin';
    }
    if (connections >= limits.connections) return 'capacity';
    if (this.byAddress.take(clientAddress(request, auth.trustProxy)) > 0) return 'rate_limited';
    return this.all.take() > 0 ? 'rate_limited' : undefined;
  }
}
