import { EventEmitter } from 'node:events';
import { loadConfig } from '@holdfast/config';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Shutdown } from '@holdfast/shutdown';
import { TEST_AUTH_SECRET } from '@holdfast/testing';
import { createGateway } from '../../src/create-gateway.js';
import { LiveSessions } from '../../src/session/live-sessions.service.js';

/** A gateway that runs inside the test. */
export interface TestGateway {
  readonly url: string;
  readonly app: NestFastifyApplication;
  /** Number of live sessions. */
  connections(): number;
  /** Shuts down as at SIGTERM; resolves with the exit code. */
  terminate(): Promise<number>;
}

export interface TestGatewayOptions {
  readonly databaseUrl: string;
  readonly redis: { readonly url: string; readonly prefix: string };
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a gateway on a free port. */
export async function startGateway({ databaseUrl, redis, env = {} }: TestGatewayOptions): Promise<TestGateway> {
  const config = loadConfig('gateway', {
    HOLDFAST_ENV: 'test',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.url,
    REDIS_PREFIX: redis.prefix,
    AUTH_SECRET: TEST_AUTH_SECRET,
    PORT: '0',
    LOG_LEVEL: 'error',
    POLL_MS: '400',
    HEARTBEAT_MS: '500',
    ...env,
  });
  const { app, logger, listen } = await createGateway(config);
  const signals = new EventEmitter();
  const exited = new Promise<number>((resolve) => {
    const host = { on: signals.on.bind(signals), exit: resolve };
    app.get(Shutdown).install(app, logger, { timeoutMs: config.service.shutdownTimeoutMs, process: host });
  });
  await listen();
  return {
    app,
    url: await app.getUrl(),
    connections: () => app.get(LiveSessions).count,
    terminate: () => {
      signals.emit('SIGTERM');
      return exited;
    },
  };
}
