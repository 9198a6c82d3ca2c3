import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServedFile } from './file-set.js';

/** Sends a file, compressed where the client takes it, or tells that what the client holds is still good. */
export function sendFile(request: FastifyRequest, reply: FastifyReply, file: ServedFile): FastifyReply {
  const { type, etag, body, gzip } = file;
  reply.header('etag', etag).header('vary', 'accept-encoding');
  if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(etag) === true) return reply.status(304).send();
  reply.type(type);
  if (gzip === undefined || !/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return reply.send(body);
  return reply.header('content-encoding', 'gzip').send(gzip);
}
