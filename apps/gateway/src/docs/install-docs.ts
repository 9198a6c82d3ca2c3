import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { DOCS_PATH } from '../http/edge/security-headers.js';
import { asyncApiDocument } from './async-api.js';
import { openApiDocument } from './open-api.js';

/** Serves both API documents as JSON, and Swagger UI over the REST one. */
export function installDocs(app: NestFastifyApplication, version: string): void {
  SwaggerModule.setup(DOCS_PATH, app, openApiDocument(version) as unknown as OpenAPIObject, {
    raw: ['json'],
    jsonDocumentUrl: '/api/openapi.json',
    customSiteTitle: 'Holdfast API',
  });
  const asyncApi = JSON.stringify(asyncApiDocument(version));
  app
    .getHttpAdapter()
    .getInstance()
    .get('/api/asyncapi.json', (_request, reply) => {
      void reply.type('application/json; charset=utf-8').send(asyncApi);
    });
}
