import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import {
  cleanEnvironment,
  eventually,
  ManagedProcess,
  repositoryRoot,
  spawnApp,
  testDatabase,
  testRedis,
} from '@holdfast/testing';
import { Client } from 'pg';
import { BOOT_MS, startChatStack } from './support/chat-stack.js';
import { EmptyApp } from './support/empty-app.js';

/** What the skipped test would have needed. */
const REGISTRY = 'the npm registry';
const root = repositoryRoot();

/** As npm itself is configured. */
async function registryAnswers(): Promise<boolean> {
  const view = promisify(execFile)('npm', ['view', 'react', 'version', '--fetch-retries=0', '--fetch-timeout=5000'], {
    timeout: 8_000,
    env: cleanEnvironment(),
  });
  return view.then(
    () => true,
    () => false,
  );
}

const isReachable = await registryAnswers();

/** The only whole program of a document: it begins with its imports. */
async function quickStart(document: string, language: string): Promise<string> {
  const text = await readFile(join(root, `docs/${document}.md`), 'utf8');
  return new RegExp(`\`\`\`${language}\\n(import [\\s\\S]*?)\`\`\``).exec(text)?.[1] ?? '';
}

let packed: Promise<string[]> | undefined;

/** Once for all tests. */
async function pack(): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/pack-libs.mjs'], {
    cwd: root,
    env: cleanEnvironment(),
  });
  return stdout.split('\n').filter((line) => line.endsWith('.tgz'));
}

describe('the packed libraries', () => {
  const apps: EmptyApp[] = [];
  afterAll(() => Promise.all(apps.map((app) => app.remove())));

  it.each([
    ['client', 'tsx'],
    ['slo', 'ts'],
  ])('come with a quick start of 15 lines: docs/%s.md', async (document, language) => {
    expect((await quickStart(document, language)).trim().split('\n')).toHaveLength(15);
  });

  const when = isReachable ? it : it.skip;
  when(
    `install in an empty Vite app, check and build the quick start as written, and chat${isReachable ? '' : ` (skipped: ${REGISTRY} does not answer)`}`,
    async () => {
      const tarballs = (await (packed ??= pack())).slice(0, 3);
      const app = await EmptyApp.vite(await quickStart('client', 'tsx'));
      apps.push(app);
      await app.install(tarballs);
      await app.tool('typescript/bin/tsc', ['-p', '.']);
      await app.tool('vite/bin/vite.js', ['build', '--logLevel', 'error']);

      const stack = await startChatStack(400, join(app.folder, 'dist'));
      try {
        const page = await stack.browser.newPage();
        await page.goto(stack.url);
        await page.getByTestId('composer').fill('Good morning');
        await page.getByTestId('send').click();
        await page
          .locator('[data-testid="message"][data-kind="agent"][data-state="completed"]')
          .waitFor({ timeout: 30_000 });
        expect(await page.locator('[data-testid="message"][data-state="sent"]').textContent()).toContain(
          'Good morning',
        );
      } finally {
        await stack.close();
      }
    },
    BOOT_MS + 180_000,
  );

  when(
    `install slo-recorder alone in an empty Nest app, and its quick start as written is counted${isReachable ? '' : ` (skipped: ${REGISTRY} does not answer)`}`,
    async () => {
      const [tarball = ''] = (await (packed ??= pack())).slice(-1);
      const app = await EmptyApp.nest(await quickStart('slo', 'ts'));
      apps.push(app);
      await app.install([tarball]);
      expect(await readdir(join(app.folder, 'node_modules/@holdfast'))).toEqual(['slo-recorder']);
      await app.tool('typescript/bin/tsc', ['-p', '.']);

      const database = await testDatabase();
      const redis = testRedis();
      const env = { REDIS_URL: redis.url, REDIS_PREFIX: redis.prefix };
      const service = await spawnApp({
        app: 'slo-service',
        env: { ...env, DATABASE_URL: database.url },
        readyTimeoutMs: BOOT_MS,
      });
      const program = new ManagedProcess({
        name: 'search',
        command: process.execPath,
        args: ['dist/main.js'],
        cwd: app.folder,
        env: { ...cleanEnvironment(), ...env },
      });
      const client = new Client({ connectionString: database.url });
      try {
        await service.ready;
        await client.connect();
        await eventually(
          async () => {
            const counts = 'select sum(good)::int good, sum(bad)::int bad from slo.source_bucket where slo = $1';
            expect((await client.query(counts, ['error-rate'])).rows).toEqual([{ good: 2, bad: 0 }]);
          },
          { timeoutMs: 30_000 },
        );
        expect((await program.stop()).signal).not.toBe('SIGKILL');
      } finally {
        await program.stop();
        await client.end();
        await service.stop();
        await database.drop();
      }
    },
    BOOT_MS + 180_000,
  );
});
