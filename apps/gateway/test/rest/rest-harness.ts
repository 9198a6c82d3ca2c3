import { connect } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfig } from '@holdfast/config';
import { signToken, TEST_AUTH_SECRET, testDatabase, testRedis, type TokenClaims } from '@holdfast/testing';
import { createGateway } from '../../src/create-gateway.js';

/** Longest time that booting gateways may take on a busy machine, in ms. */
export const BOOT_MS = 60_000;

/** A reply, its body parsed where it is JSON. */
export interface RestReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed JSON; undefined for anything else. */
  readonly body: Record<string, unknown>;
}

export interface RequestOptions {
  readonly token?: string | undefined;
  readonly json?: unknown;
  /** Sent as it is. */
  readonly raw?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A gateway with a database of its own. */
export interface RestGateway {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly databaseUrl: string;
  call(line: string, options?: RequestOptions): Promise<RestReply>;
  token(claims?: TokenClaims): Promise<string>;
  close(): Promise<void>;
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

async function call(url: string, line: string, options: RequestOptions): Promise<RestReply> {
  const [method = 'GET', path = '/'] = line.split(' ');
  const { token, json, raw, headers } = options;
  const body = raw ?? (json === undefined ? undefined : JSON.stringify(json));
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body }),
    signal: AbortSignal.timeout(15_000),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parsed(text) };
}

/** Says `text` on a bare connection and returns what comes back until it is closed. */
export function speak(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = '';
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (data) => (answer += data.toString()));
    socket.on('close', () => {
      resolve(answer);
    });
    socket.on('error', reject);
  });
}

/** Starts the gateway in this process on a free port. */
export async function startRestGateway(env: Readonly<Record<string, string>> = {}): Promise<RestGateway> {
  const database = await testDatabase();
  const redis = testRedis();
  const config = loadConfig('gateway', {
    HOLDFAST_ENV: 'test',
    LOG_LEVEL: 'error',
    DATABASE_URL: database.url,
    DATABASE_POOL_MAX: '4',
    REDIS_URL: redis.url,
    REDIS_PREFIX: redis.prefix,
    AUTH_SECRET: TEST_AUTH_SECRET,
    PORT: '0',
    ...env,
  });
  const { app, listen } = await createGateway(config);
  await listen().catch(async (error: unknown) => {
    await app.close();
    await database.drop();
    throw error;
  });
  const { port } = app.getHttpServer().address() as { port: number };
  const url = `http://127.0.0.1:${port.toString()}`;
  return {
    app,
    url,
    databaseUrl: database.url,
    call: (line, options = {}) => call(url, line, options),
    token: (claims) => signToken(claims),
    close: async () => {
      await app.close();
      await database.drop();
    },
  };
}
