import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ensureUser, type Principal } from '@holdfast/conversation';
import type { UserKind } from '@holdfast/contracts';
import { Database } from '@holdfast/database';
import type { Identity } from './identity.js';
import { NaturalBatch } from './natural-batch.js';

const CACHED_USERS = 20_000;
/** Bounds how long an erased user or a changed name goes unnoticed on this gateway. */
const CACHE_MS = 60_000;

/** A principal together with what others see of it. */
export interface KnownUser extends Principal {
  readonly name: string;
  readonly kind: UserKind;
}

/** Maps the identity of a token to the user row, which the first visit creates. */
@Injectable()
export class UserDirectory {
  private readonly cache = new LRUCache<string, KnownUser>({ max: CACHED_USERS, ttl: CACHE_MS });
  private readonly batch: NaturalBatch<Identity, KnownUser>;

  constructor(database: Database) {
    this.batch = new NaturalBatch((identities) => Promise.all(identities.map((one) => load(database, one))), {
      maxBatch: 8,
      maxWaiting: 20_000,
    });
  }

  /**
   * The user that `identity` stands for, with the roles of this token.
   * @throws AppError `unauthenticated` if the tenant does not exist or the user was erased, `unavailable`, `busy`.
   */
  async principal(identity: Identity): Promise<KnownUser> {
    const key = JSON.stringify([identity.tenant, identity.sub, identity.name, identity.kind]);
    const known = this.cache.get(key) ?? (await this.batch.add(identity));
    this.cache.set(key, known);
    return { ...known, roles: [...identity.roles] };
  }

  /** Drops what is cached about a user, after its erasure. */
  forget(userId: string): void {
    for (const [key, user] of this.cache.entries()) if (user.userId === userId) this.cache.delete(key);
  }
}

async function load(database: Database, identity: Identity): Promise<KnownUser> {
  const user = await ensureUser(database, {
    tenant: identity.tenant,
    subject: identity.sub,
    name: identity.name,
    kind: identity.kind,
  });
  return { tenantId: user.tenantId, userId: user.userId, roles: [], name: user.name, kind: user.kind };
}
