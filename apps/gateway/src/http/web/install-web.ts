import { access } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '@holdfast/contracts';

/** The pages of the web app. Each is served by the one HTML file, which routes by its path. */
const PAGES = ['/', '/ops', '/ops/*'];
const INDEX = 'index.html';
const HASHED = `${sep}assets${sep}`;
const CACHE_HASHED = 'public, max-age=31536000, immutable';
const CACHE_HTML = 'no-cache';
const CACHE_OTHER = 'public, max-age=3600';

const NO_PAGE = 'Holdfast gateway. No web page is installed here; the API is described at /api/docs.\n';

function cacheOf(path: string): string {
  if (path.endsWith('.html')) return CACHE_HTML;
  return path.includes(HASHED) ? CACHE_HASHED : CACHE_OTHER;
}

/**
 * Serves the built web app; without one, `/` says where the API is described.
 * @throws Error at boot if `webRoot` is set but has no page.
 */
export async function installWeb(fastify: FastifyInstance, webRoot: string | undefined): Promise<void> {
  if (webRoot === undefined) {
    fastify.get('/', (_request: FastifyRequest, reply: FastifyReply) => {
      void reply.type('text/plain; charset=utf-8').header('cache-control', CACHE_HTML).send(NO_PAGE);
    });
    return;
  }
  const root = resolve(webRoot);
  await access(join(root, INDEX)).catch((cause: unknown) => {
    throw new AppError('internal', `WEB_ROOT ${root} has no ${INDEX}; build the web app first`, { cause });
  });
  // Loaded here because a gateway without a page needs none of it.
  const { default: fastifyStatic } = await import('@fastify/static');
  // The files are listed once at boot, so that a request can never reach a path that was not built.
  await fastify.register(fastifyStatic, {
    root,
    wildcard: false,
    index: false,
    cacheControl: false,
    dotfiles: 'ignore',
    setHeaders: (reply, path) => {
      reply.header('cache-control', cacheOf(path));
    },
  });
  for (const page of PAGES) {
    fastify.get(page, (_request: FastifyRequest, reply: FastifyReply) => reply.sendFile(INDEX));
  }
}
