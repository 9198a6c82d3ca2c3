import { join } from 'node:path';
import { launchBrowser, repositoryRoot, spawnApp, testDatabase, testRedis, type TestDatabase } from '@holdfast/testing';
import type { Browser } from 'playwright-core';

/** A gateway with the built page, an agent worker, and a browser, on servers of their own. */
export interface ChatStack {
  readonly url: string;
  readonly database: TestDatabase;
  readonly browser: Browser;
  close(): Promise<void>;
}

export const BOOT_MS = 120_000;
const READY_MS = 90_000;

const BUILT_PAGE = join(repositoryRoot(), 'dist/apps/web');

/**
 * @param tokensPerS speed of the agent.
 * @param webRoot folder of the page that the gateway serves.
 */
export async function startChatStack(tokensPerS: number, webRoot: string = BUILT_PAGE): Promise<ChatStack> {
  const database = await testDatabase();
  const redis = testRedis();
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    REDIS_PREFIX: redis.prefix,
    HEARTBEAT_MS: '500',
    WEB_ROOT: webRoot,
    GUIDE_TOKENS_PER_S: String(tokensPerS),
  };
  const spawned = await Promise.all([
    spawnApp({ app: 'gateway', env, readyTimeoutMs: READY_MS }),
    spawnApp({ app: 'agent-worker', env, readyTimeoutMs: READY_MS }),
  ]);
  const [gateway] = spawned;
  const browser = await launchBrowser();
  await Promise.all(spawned.map(({ ready }) => ready));
  return {
    url: gateway.url,
    database,
    browser,
    close: async () => {
      await browser.close();
      await Promise.all(spawned.map((app) => app.stop()));
      await database.drop();
    },
  };
}
