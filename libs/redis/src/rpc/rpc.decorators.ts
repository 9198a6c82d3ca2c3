import { applyDecorators, UseFilters } from '@nestjs/common';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import type { RPC, RpcName } from '@holdfast/contracts';
import { RpcErrorFilter } from './rpc-error.filter.js';

/** Names of one kind. */
export type RpcNameOf<K extends 'rpc' | 'hint'> = {
  [N in RpcName]: (typeof RPC)[N]['kind'] extends K ? N : never;
}[RpcName];

/**
 * Marks the controller method that answers `name`. It gets the validated request; what it returns is validated as well,
 * and undeclared fields do not leave the process.
 */
export function RpcHandler(name: RpcNameOf<'rpc'>): MethodDecorator {
  return applyDecorators(MessagePattern(name), UseFilters(RpcErrorFilter));
}

/** Marks the controller method that takes the hint `name`; nobody learns of its result. */
export function HintHandler(name: RpcNameOf<'hint'>): MethodDecorator {
  // Nest types the decorator by the handler's parameter, which contracts type already.
  return applyDecorators(EventPattern(name) as MethodDecorator, UseFilters(RpcErrorFilter));
}
