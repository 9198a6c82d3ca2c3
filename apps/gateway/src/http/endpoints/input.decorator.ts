import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { endpointOf } from './endpoint-of.js';
import type { EndpointInput, EndpointName } from './endpoints.js';
import { parseInput } from './parse-input.js';

function validated(_: unknown, context: ExecutionContext): EndpointInput<EndpointName> {
  const { params, query, body } = context.switchToHttp().getRequest<FastifyRequest>();
  return parseInput(endpointOf(context), { params, query, body });
}

/** Hands the validated {@link EndpointInput} to a handler. */
export const Input = createParamDecorator(validated);
