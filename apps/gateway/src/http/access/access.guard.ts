import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Config } from '@holdfast/config';
import { AppError } from '@holdfast/contracts';
import { TokenService } from '../../auth/token.service.js';
import { UserDirectory } from '../../auth/user-directory.service.js';
import { CONFIG } from '../../config.token.js';
import type { Access } from '../endpoints/endpoint.js';
import { endpointOf } from '../endpoints/endpoint-of.js';
import { endpoint } from '../endpoints/endpoints.js';
import { bearerToken } from './bearer.js';
import { setCaller, type RestCaller } from './caller.js';
import { isLoopback } from './loopback.js';
import { RequestLimiter } from './request-limiter.service.js';

const OPERATOR_ROLE = 'ops';

/**
 * Decides who may call an endpoint, by its declared access; what a person may do in a thread is decided where the thread
 * is read, in one statement with it. docs/access.md has the table.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly tokens: TokenService,
    private readonly users: UserDirectory,
    private readonly limiter: RequestLimiter,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { access } = endpoint(endpointOf(context));
    if (access === 'public') return true;
    const token = bearerToken(request.headers.authorization);
    if (token === undefined && this.admitsWithoutToken(access, request)) return true;
    const caller = await this.authenticate(token);
    this.limiter.takeUser(caller.user.userId);
    if (access === 'ops' && !caller.identity.roles.includes(OPERATOR_ROLE)) {
      throw new AppError('forbidden', 'this needs the role ops');
    }
    setCaller(request, caller);
    return true;
  }

  private admitsWithoutToken(access: Access, request: FastifyRequest): boolean {
    return access === 'ops' && this.config.service.opsFromLoopback && isLoopback(request);
  }

  private async authenticate(token: string | undefined): Promise<RestCaller> {
    const identity = await this.tokens.verify(token);
    return { identity, user: await this.users.principal(identity) };
  }
}
