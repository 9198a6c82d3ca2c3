import {
  applyDecorators,
  Delete,
  Get,
  HttpCode,
  Patch,
  Post,
  SetMetadata,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { AccessGuard } from '../access/access.guard.js';
import { EndpointInterceptor } from '../edge/endpoint.interceptor.js';
import { ENDPOINT_METADATA } from './endpoint-of.js';
import { endpoint, type EndpointName } from './endpoints.js';

const METHODS = { GET: Get, POST: Post, PATCH: Patch, DELETE: Delete };

/** Makes a method the handler of a declared endpoint: route, status, access check and deadline come with it. */
export function Endpoint(name: EndpointName): MethodDecorator {
  const { method, path, status } = endpoint(name);
  return applyDecorators(
    METHODS[method](path),
    HttpCode(status),
    SetMetadata(ENDPOINT_METADATA, name),
    UseGuards(AccessGuard),
    UseInterceptors(EndpointInterceptor),
  );
}
