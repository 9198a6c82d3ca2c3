import type { ThreadTarget } from '@holdfast/scaling';
import type { KnownUser } from '../auth/user-directory.service.js';
import type { TokenBucket } from '../limits/token-bucket.js';
import type { Identity } from '../auth/identity.js';

/**
 * One authenticated socket.
 *
 *     live ──60 s before expiry──▶ expiring ──expiry + grace──▶ closed
 *       ▲                             │
 *       └──────── renewed ────────────┘
 *
 * Either is closed at once when the gateway drains, the user was erased, or the client does not read.
 */
export class Session {
  /** Each thread that this socket has open, with the member version it was authorised at. */
  readonly threads = new Map<string, ThreadTarget>();
  /** Threads whose opening is under way. */
  readonly opening = new Set<string>();
  /** True once the client was told that its token ends soon. */
  expiringTold = false;

  constructor(
    readonly user: KnownUser,
    private identity: Identity,
    /** Identity of the Postgres history at the handshake. */
    readonly epoch: string,
    readonly commands: TokenBucket,
  ) {}

  get tenant(): string {
    return this.identity.tenant;
  }

  get expiresAt(): Date {
    return this.identity.expiresAt;
  }

  /** Goes on under a fresh token; false if that is somebody else's. */
  renew(fresh: Identity): boolean {
    if (fresh.sub !== this.identity.sub || fresh.tenant !== this.identity.tenant) return false;
    this.identity = fresh;
    this.expiringTold = false;
    return true;
  }
}
