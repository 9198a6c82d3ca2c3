import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import type { Config } from '@holdfast/config';
import { pathOf } from './request-path.js';

/** The built page brings its own scripts and styles and talks to its own origin only. */
const PAGE_POLICY = {
  'default-src': ["'self'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
  'object-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
} as const;

/** Swagger UI writes style elements, so its page alone allows them. */
const DOCS_POLICY = { ...PAGE_POLICY, 'style-src': ["'self'", "'unsafe-inline'"] } as const;

export const DOCS_PATH = '/api/docs';

function policyText(policy: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(policy)
    .map(([directive, sources]) => `${directive} ${sources.join(' ')}`)
    .join(';');
}

function hasTls({ service }: Config): boolean {
  return service.environment === 'staging' || service.environment === 'production';
}

/** Sets the headers that make a browser refuse what the page never does. */
export async function installSecurityHeaders(fastify: FastifyInstance, config: Config): Promise<void> {
  await fastify.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: mutable(PAGE_POLICY) },
    strictTransportSecurity: hasTls(config) ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginEmbedderPolicy: false,
  });
  const docsPolicy = policyText(DOCS_POLICY);
  fastify.addHook('onRequest', (request, reply, done) => {
    if (pathOf(request).startsWith(DOCS_PATH)) reply.header('content-security-policy', docsPolicy);
    done();
  });
}

function mutable(policy: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(policy).map(([directive, sources]) => [directive, [...sources]]));
}
