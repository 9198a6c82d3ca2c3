import type { ExecutionContext } from '@nestjs/common';
import { AppError } from '@holdfast/contracts';
import type { EndpointName } from './endpoints.js';

/** Metadata key under which a handler keeps the name of its endpoint. */
export const ENDPOINT_METADATA = Symbol('ENDPOINT');

/** The endpoint that a handler was declared for, if any. */
export function endpointOfHandler(handler: object): EndpointName | undefined {
  return Reflect.getMetadata(ENDPOINT_METADATA, handler) as EndpointName | undefined;
}

/** The endpoint of the current request; only handlers marked with `@Endpoint` have one. */
export function endpointOf(context: ExecutionContext): EndpointName {
  const name = endpointOfHandler(context.getHandler());
  if (name === undefined) throw new AppError('internal', 'a handler has no endpoint');
  return name;
}
