import { Controller, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Config } from '@holdfast/config';
import { AppError, type GuestReply, type MeReply } from '@holdfast/contracts';
import { TokenService, type IssuedToken } from '../../auth/token.service.js';
import { UserDirectory } from '../../auth/user-directory.service.js';
import { CONFIG } from '../../config.token.js';
import { clientAddress } from '../../edge/client-address.js';
import { Caller, type RestCaller } from '../access/caller.js';
import { RequestLimiter } from '../access/request-limiter.service.js';
import { Endpoint } from '../endpoints/endpoint.decorator.js';
import type { EndpointInput } from '../endpoints/endpoints.js';
import { Input } from '../endpoints/input.decorator.js';

/** Tokens and the person behind them. */
@Controller()
export class AccountController {
  constructor(
    private readonly tokens: TokenService,
    private readonly users: UserDirectory,
    private readonly limiter: RequestLimiter,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Endpoint('guest.create')
  async become(@Input() { body }: EndpointInput<'guest.create'>, @Req() request: FastifyRequest): Promise<GuestReply> {
    if (!this.config.auth.guest) throw new AppError('forbidden', 'guests are not admitted here');
    this.limiter.takeGuest(clientAddress(request.raw, this.config.auth.trustProxy));
    return this.admit(this.tokens.issueGuest(body.name));
  }

  @Endpoint('guest.renew')
  async renew(@Caller() { identity }: RestCaller): Promise<GuestReply> {
    if (identity.kind !== 'guest' || identity.tenant !== this.config.gateway.guestTenant) {
      throw new AppError('forbidden', 'this token is renewed where it was issued, not here');
    }
    return this.admit(this.tokens.issueGuest(identity.name, identity.sub));
  }

  @Endpoint('me.get')
  me(@Caller() { identity, user }: RestCaller): MeReply {
    return {
      user: { id: user.userId, name: user.name, kind: user.kind },
      tenant: identity.tenant,
      roles: [...identity.roles],
      expiresAt: identity.expiresAt.toISOString(),
    };
  }

  private async admit({ token, identity }: IssuedToken): Promise<GuestReply> {
    const user = await this.users.principal(identity);
    return {
      token,
      expiresAt: identity.expiresAt.toISOString(),
      user: { id: user.userId, name: user.name, kind: user.kind },
      tenant: identity.tenant,
    };
  }
}
