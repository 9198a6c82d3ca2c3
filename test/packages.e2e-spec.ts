import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import { cleanEnvironment, repositoryRoot } from '@holdfast/testing';
import { BOOT_MS, startChatStack } from './support/chat-stack.js';
import { ViteApp } from './support/vite-app.js';

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

/** The only block of TSX in the document. */
async function quickStart(): Promise<string> {
  const text = await readFile(join(root, 'docs/client.md'), 'utf8');
  return /```tsx\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
}

describe('the packed libraries', () => {
  const apps: ViteApp[] = [];
  afterAll(() => Promise.all(apps.map((app) => app.remove())));

  it('come with a quick start of 15 lines', async () => {
    expect((await quickStart()).trim().split('\n')).toHaveLength(15);
  });

  const when = isReachable ? it : it.skip;
  when(
    `install in an empty Vite app, check and build the quick start as written, and chat${isReachable ? '' : ` (skipped: ${REGISTRY} does not answer)`}`,
    async () => {
      const packed = await promisify(execFile)(process.execPath, ['scripts/pack-libs.mjs'], {
        cwd: root,
        env: cleanEnvironment(),
      });
      const tarballs = packed.stdout.split('\n').filter((line) => line.endsWith('.tgz'));
      expect(tarballs).toHaveLength(3);
      const app = await ViteApp.create(await quickStart());
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
});
