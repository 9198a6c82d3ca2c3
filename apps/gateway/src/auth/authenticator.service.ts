import { Injectable } from '@nestjs/common';
import type { Identity } from './identity.js';
import { TokenService } from './token.service.js';
import { UserDirectory, type KnownUser } from './user-directory.service.js';

/** What a token proves, and the user it stands for. */
export interface Authenticated {
  readonly identity: Identity;
  readonly user: KnownUser;
}

/** From a token to a user. */
@Injectable()
export class Authenticator {
  constructor(
    private readonly tokens: TokenService,
    private readonly users: UserDirectory,
  ) {}

  /** @throws AppError as `TokenService.verify` and `UserDirectory.principal` do. */
  async authenticate(token: unknown): Promise<Authenticated> {
    const identity = await this.tokens.verify(token);
    return { identity, user: await this.users.principal(identity) };
  }
}
