import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BOOT_MS, speak, startRestGateway, type RestGateway } from './rest-harness.js';

let gateway: RestGateway;
let webRoot: string;
let token: string;

beforeAll(async () => {
  webRoot = await mkdtemp(join(tmpdir(), 'web-'));
  await mkdir(join(webRoot, 'assets'));
  await writeFile(join(webRoot, 'index.html'), '<!doctype html><title>page</title>');
  await writeFile(join(webRoot, 'assets', 'app-3f9a.js'), 'export {};');
  await writeFile(join(webRoot, '.env'), 'SECRET=1');
  gateway = await startRestGateway({ WEB_ROOT: webRoot, ALLOWED_ORIGINS: 'https://app.example.com' });
  token = await gateway.token();
}, BOOT_MS);

afterAll(async () => {
  await gateway.close();
  await rm(webRoot, { recursive: true });
});

/** Reads Fastify's drawing of its routes. */
function registeredRoutes(drawing: string): string[] {
  const prefixes: string[] = [];
  return drawing.split('\n').flatMap((line) => {
    const [, indent = '', piece = '', methods] = /^([│ ]*)[├└]── (\S*)(?: \(([^)]+)\))?/.exec(line) ?? [];
    const depth = indent.length / 4;
    const path = `${depth === 0 ? '' : (prefixes[depth - 1] ?? '')}${piece}`;
    prefixes[depth] = path;
    return (methods?.split(', ') ?? []).map((method) => `${method} ${path}`);
  });
}

describe('what is refused has the error shape', () => {
  const json = { 'content-type': 'application/json' };
  it.each([
    ['an unknown path', 'GET /api/nowhere', {}, 404, 'not_found'],
    ['an unknown page', 'GET /nowhere', {}, 404, 'not_found'],
    ['a path with a trailing slash', 'GET /api/threads/', {}, 404, 'not_found'],
    ['a traversal', 'GET /assets/..%2f..%2fetc/passwd', {}, 404, 'not_found'],
    ['a dot file', 'GET /.env', {}, 404, 'not_found'],
    ['another method', 'PUT /api/threads', {}, 405, 'invalid'],
    ['a path that cannot be decoded', 'GET /api/threads/%E0%A4%A', {}, 400, 'invalid'],
    ['malformed JSON', 'POST /api/threads', { raw: '{"title":', headers: json }, 400, 'invalid'],
    ['an empty JSON body', 'POST /api/threads', { raw: '', headers: json }, 400, 'invalid'],
    [
      'a polluted prototype',
      'POST /api/threads',
      { raw: '{"__proto__":{"a":1},"title":"x"}', headers: json },
      400,
      'invalid',
    ],
    [
      'a polluted constructor',
      'POST /api/threads',
      { raw: '{"constructor":{"prototype":{"a":1}},"title":"x"}', headers: json },
      400,
      'invalid',
    ],
    [
      'a text body',
      'POST /api/threads',
      { raw: '{"title":"x"}', headers: { 'content-type': 'text/plain' } },
      415,
      'invalid',
    ],
    [
      'a form',
      'POST /api/threads',
      { raw: 'title=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'invalid',
    ],
    [
      'a multipart body',
      'POST /api/threads',
      { raw: 'x', headers: { 'content-type': 'multipart/form-data; boundary=x' } },
      415,
      'invalid',
    ],
    [
      'a body one byte over the limit',
      'POST /api/threads',
      { raw: `"${'x'.repeat(64 * 1_024 - 1)}"`, headers: json },
      413,
      'too_large',
    ],
  ] as const)('%s', async (_, line, options, status, code) => {
    const reply = await gateway.call(line, { token, ...options });
    expect({ status: reply.status, error: reply.body['error'] }).toMatchObject({ status, error: { code } });
    expect(Object.keys(reply.body)).toEqual(['error']);
    expect(reply.headers.get('content-type')).toMatch(/^application\/json/);
    expect(reply.text).not.toMatch(/\bat .*\.(?:ts|js)\b|node_modules|select |Fastify/i);
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });

  it('a method of another endpoint is told which are allowed', async () => {
    const reply = await gateway.call('PUT /api/threads', { token });
    expect(reply.headers.get('allow')).toBe('GET, POST');
  });

  it('a deeply nested body does no harm', async () => {
    const raw = `{"title":"x","memberIds":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
    const reply = await gateway.call('POST /api/threads', { token, raw, headers: json });
    expect(reply).toMatchObject({ status: 400, body: { error: { code: 'invalid' } } });
  });

  it('what is not HTTP at all', async () => {
    const answer = await speak(gateway.url, 'NONSENSE\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('{"error":{"code":"invalid"');
  });
});

describe('headers', () => {
  it('echo a fit request id and replace an unfit one', async () => {
    const id = 'client-id.42_a';
    const echoed = await gateway.call('GET /api/me', { token, headers: { 'x-request-id': id } });
    expect(echoed.headers.get('x-request-id')).toBe(id);
    const replaced = await gateway.call('GET /api/me', { token, headers: { 'x-request-id': 'a"b <script>' } });
    expect(replaced.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
  });

  it('keep API replies out of every cache and the page in its own origin', async () => {
    const reply = await gateway.call('GET /api/me', { token });
    expect(reply.headers.get('cache-control')).toBe('no-store');
    expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
    const policy = reply.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it('admit the listed origin alone', async () => {
    const preflight = async (origin: string) => {
      const headers = {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      };
      const reply = await gateway.call('OPTIONS /api/threads', { headers });
      return reply.headers.get('access-control-allow-origin');
    };
    expect(await preflight('https://app.example.com')).toBe('https://app.example.com');
    expect(await preflight('https://app.example.com.evil.com')).toBeNull();
    expect(await preflight('null')).toBeNull();
  });
});

describe('pages', () => {
  it.each(['/', '/ops', '/ops/incidents'])('%s is the page, asked for anew each time', async (path) => {
    const reply = await gateway.call(`GET ${path}`);
    expect(reply.status).toBe(200);
    expect(reply.text).toContain('<title>page</title>');
    expect(reply.headers.get('cache-control')).toBe('no-cache');
  });

  it('hashed files are kept for ever', async () => {
    const reply = await gateway.call('GET /assets/app-3f9a.js');
    expect(reply.status).toBe(200);
    expect(reply.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it(
    'without a web app the root names the documents',
    async () => {
      const bare = await startRestGateway();
      try {
        const reply = await bare.call('GET /');
        expect(reply.status).toBe(200);
        expect(reply.headers.get('content-type')).toMatch(/^text\/plain/);
        expect(reply.text).toContain('/api/docs');
        expect((await bare.call('GET /ops')).status).toBe(404);
      } finally {
        await bare.close();
      }
    },
    BOOT_MS,
  );

  it(
    'a web root without a page stops the boot',
    async () => {
      await expect(startRestGateway({ WEB_ROOT: join(webRoot, 'assets') })).rejects.toThrow(/index\.html/);
    },
    BOOT_MS,
  );
});

describe('documents', () => {
  it('Swagger UI and its files are served, under a policy that allows its styles only', async () => {
    const page = await gateway.call('GET /api/docs');
    expect(page.status).toBe(200);
    expect(page.text).toContain('swagger-ui');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("style-src 'self' 'unsafe-inline'");
    const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file ?? '');
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      const found = await gateway.call(`GET ${file}`);
      expect({ file, status: found.status }).toEqual({ file, status: 200 });
    }
  });

  it('OpenAPI lists every route that exists, and no other', async () => {
    const { body } = await gateway.call('GET /api/openapi.json');
    const documented = Object.entries(body['paths'] as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const routes = registeredRoutes(gateway.app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false }))
      .map((route) => route.replace(/:(\w+)/g, '{$1}'))
      .filter((route) => !/^(?:HEAD|OPTIONS) /.test(route))
      .filter((route) => !/ \/(?:api\/docs.*|ops.*|assets\/.*|index\.html|)$/.test(route));
    expect([...new Set(routes)].sort()).toEqual(documented.sort());
  });

  it('AsyncAPI is served', async () => {
    const { status, body } = await gateway.call('GET /api/asyncapi.json');
    expect(status).toBe(200);
    expect(body).toMatchObject({ asyncapi: '3.0.0' });
  });
});

describe('metrics', () => {
  it('count requests by route template and status class, never by path', async () => {
    await gateway.call('GET /api/threads/018f4e7e-6a8b-7c31-9f51-00000000abcd', { token });
    const { status, text, headers } = await gateway.call('GET /metrics');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/plain/);
    expect(text).toMatch(
      /holdfast_http_requests_total\{route="\/api\/threads\/:threadId",method="GET",status="4xx"\} \d/,
    );
    expect(text).not.toContain('00000000abcd');
  });

  it('have the number of sockets before anybody has come: an autoscaler takes a missing one for unknown', async () => {
    expect((await gateway.call('GET /metrics')).text).toMatch(/^holdfast_connections 0$/m);
  });
});
