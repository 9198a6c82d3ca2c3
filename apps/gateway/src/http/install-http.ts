import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '@holdfast/config';
import { LOGGER, type Logger } from '@holdfast/observability';
import { SloRecorder } from '@holdfast/slo-recorder';
import { installDocs } from '../docs/install-docs.js';
import { HttpErrorFilter } from './edge/http-error.filter.js';
import { RequestDrain } from './edge/request-drain.service.js';
import { installRequestHooks } from './edge/request-hooks.js';
import { installSecurityHeaders } from './edge/security-headers.js';
import { installWeb } from './web/install-web.js';

const PREFLIGHT_CACHE_S = 600;

export interface HttpOptions {
  readonly config: Config;
  /** Version of this build. */
  readonly version: string;
}

/**
 * Prepares the HTTP edge of an application that runs on {@link HttpAdapter}: error shape, headers, CORS, access log, API
 * documents and the web page. Call it once, before `listen` or `init`.
 */
export async function installHttp(app: NestFastifyApplication, { config, version }: HttpOptions): Promise<void> {
  const logger = app.get<Logger>(LOGGER);
  const fastify = app.getHttpAdapter().getInstance();
  app.useGlobalFilters(new HttpErrorFilter(logger));
  installRequestHooks(fastify, { logger, recorder: app.get(SloRecorder) });
  app.get(RequestDrain).install(fastify);
  await installSecurityHeaders(fastify, config);
  if (config.auth.allowedOrigins.length > 0) {
    app.enableCors({
      origin: [...config.auth.allowedOrigins],
      methods: ['GET', 'POST', 'PATCH', 'DELETE'],
      allowedHeaders: ['authorization', 'content-type', 'x-request-id'],
      exposedHeaders: ['retry-after', 'x-request-id', 'content-disposition'],
      credentials: false,
      maxAge: PREFLIGHT_CACHE_S,
    });
  }
  await installDocs(fastify, version);
  await installWeb(fastify, config.gateway.webRoot);
}
