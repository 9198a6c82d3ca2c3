import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AppError, type UserKind } from '@holdfast/contracts';
import { ensureUsers, NaturalBatcher, type EnsuredUser, type Principal } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import type { Identity } from './identity.js';

const CACHED_USERS = 20_000;
/** Bounds how long an erased user or a name changed elsewhere goes unnoticed on this gateway. */
const CACHE_MS = 60_000;

const BATCHING = { name: 'users', maxBatch: 1_000, maxInFlight: 2, maxWaiting: 20_000 } as const;

/** A principal together with what others see of it. */
export interface KnownUser extends Principal {
  readonly name: string;
  readonly kind: UserKind;
}

/** Maps the identity of a token to the user row, which the first visit creates. */
@Injectable()
export class UserDirectory {
  private readonly cache = new LRUCache<string, KnownUser>({ max: CACHED_USERS, ttl: CACHE_MS });
  private readonly batcher: NaturalBatcher<Identity, EnsuredUser>;

  constructor(database: Database) {
    this.batcher = new NaturalBatcher({
      ...BATCHING,
      run: (identities) =>
        ensureUsers(
          database,
          identities.map(({ tenant, sub, name, kind }) => ({ tenant, subject: sub, name, kind })),
        ),
    });
  }

  /**
   * The user that `identity` stands for, with the roles of this token.
   * @throws AppError `unauthenticated` if the tenant does not exist, `gone` if the user was erased, `unavailable`, `busy`.
   */
  async principal(identity: Identity): Promise<KnownUser> {
    const key = JSON.stringify([identity.tenant, identity.sub, identity.name, identity.kind]);
    let known = this.cache.get(key);
    if (known === undefined) {
      known = toKnownUser(await this.batcher.submit(identity));
      // Set once per read of Postgres: a user who keeps coming does not keep an old entry alive.
      this.cache.set(key, known);
    }
    return { ...known, roles: [...identity.roles] };
  }

  /** Drops what is cached about a user, after its erasure. */
  forget(userId: string): void {
    for (const [key, user] of this.cache.entries()) if (user.userId === userId) this.cache.delete(key);
  }
}

function toKnownUser(ensured: EnsuredUser): KnownUser {
  switch (ensured.status) {
    case 'unknown_tenant':
      throw new AppError('unauthenticated', 'the token is for a tenant that does not exist');
    case 'erased':
      throw new AppError('gone', 'the user was erased');
    case 'ok': {
      const { tenantId, user } = ensured;
      return { tenantId, userId: user.id, roles: [], name: user.name, kind: user.kind };
    }
  }
}
