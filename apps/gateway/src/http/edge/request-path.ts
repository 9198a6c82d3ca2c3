import type { FastifyRequest } from 'fastify';

/** The path of a request without its query string, which may hold what people wrote. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}
