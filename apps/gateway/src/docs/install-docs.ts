import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { DOCS_PATH } from '../http/edge/security-headers.js';
import { FileSet } from '../http/web/file-set.js';
import { sendFile } from '../http/web/send-file.js';
import { asyncApiDocument } from './async-api.js';
import { docsPage, INITIALIZER } from './docs-page.js';
import { openApiDocument } from './open-api.js';

/** What the page needs of Swagger UI's distribution. */
const UI_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];
const CACHE_UI = 'public, max-age=3600';
const JSON_TYPE = 'application/json; charset=utf-8';

/** Serves both API documents as JSON, and Swagger UI over the REST one. */
export async function installDocs(fastify: FastifyInstance, version: string): Promise<void> {
  const documents = {
    '/api/openapi.json': JSON.stringify(openApiDocument(version)),
    '/api/asyncapi.json': JSON.stringify(asyncApiDocument(version)),
  };
  for (const [path, document] of Object.entries(documents)) {
    fastify.get(path, (_request, reply) => reply.type(JSON_TYPE).send(document));
  }
  fastify.get(DOCS_PATH, (_request, reply) => reply.type('text/html; charset=utf-8').send(docsPage(DOCS_PATH)));
  fastify.get(`${DOCS_PATH}/init.js`, (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(INITIALIZER),
  );
  const files = await FileSet.of(dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json')));
  for (const name of UI_FILES) {
    fastify.get(`${DOCS_PATH}/${name}`, async (request, reply) =>
      sendFile(request, reply.header('cache-control', CACHE_UI), await files.get(name)),
    );
  }
}
