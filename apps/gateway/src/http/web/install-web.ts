import { resolve } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { FileSet } from './file-set.js';
import { sendFile } from './send-file.js';

/** The pages of the web app. Each is served by the one HTML file, which routes by its path. */
const PAGES = ['/', '/ops', '/ops/*'];
const INDEX = 'index.html';
/** The build puts a hash of the content into the names here. */
const HASHED = 'assets/';
const CACHE_HASHED = 'public, max-age=31536000, immutable';
const CACHE_HTML = 'no-cache';
const CACHE_OTHER = 'public, max-age=3600';

const NO_PAGE = 'Holdfast gateway. No web page is installed here; the API is described at /api/docs.\n';

function cacheOf(name: string): string {
  if (name.endsWith('.html')) return CACHE_HTML;
  return name.startsWith(HASHED) ? CACHE_HASHED : CACHE_OTHER;
}

/**
 * Serves the built web app; without one, `/` says where the API is described.
 * @throws Error at boot if `webRoot` is set but has no page.
 */
export async function installWeb(fastify: FastifyInstance, webRoot: string | undefined): Promise<void> {
  if (webRoot === undefined) {
    fastify.get('/', (_request, reply) =>
      reply.type('text/plain; charset=utf-8').header('cache-control', CACHE_HTML).send(NO_PAGE),
    );
    return;
  }
  const root = resolve(webRoot);
  const files = await FileSet.of(root).catch(() => undefined);
  if (files?.names.includes(INDEX) !== true) {
    throw new Error(`WEB_ROOT ${root} has no ${INDEX}: build the web app first.`);
  }
  const serve = (path: string, name: string) =>
    fastify.get(path, async (request, reply) =>
      sendFile(request, reply.header('cache-control', cacheOf(name)), await files.get(name)),
    );
  for (const page of PAGES) serve(page, INDEX);
  // Fastify takes a colon as the start of a parameter unless it is doubled.
  for (const name of files.names) serve(`/${encodeURI(name).replaceAll(':', '::')}`, name);
}
