import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppError } from '@holdfast/contracts';
import type { Identity } from '../../auth/identity.js';
import type { KnownUser } from '../../auth/user-directory.service.js';

/** Who makes a request: what the token says, and the user it stands for. */
export interface RestCaller {
  readonly identity: Identity;
  readonly user: KnownUser;
}

const callers = new WeakMap<FastifyRequest, RestCaller>();

/** Remembers who makes a request; the access guard alone does this. */
export function setCaller(request: FastifyRequest, caller: RestCaller): void {
  callers.set(request, caller);
}

/** Who makes a request; undefined where no token was needed or given. */
export function callerOf(request: FastifyRequest): RestCaller | undefined {
  return callers.get(request);
}

function required(_: unknown, context: ExecutionContext): RestCaller {
  const caller = callerOf(context.switchToHttp().getRequest<FastifyRequest>());
  if (caller === undefined) throw new AppError('unauthenticated', 'a token is required');
  return caller;
}

/** Hands the {@link RestCaller} to a handler. */
export const Caller = createParamDecorator(required);
