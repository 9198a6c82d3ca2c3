import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  cleanEnvironment,
  eventually,
  freePort,
  ManagedProcess,
  repositoryRoot,
  TEST_AUTH_SECRET,
  testDatabase,
  testRedis,
  type TestDatabase,
} from '@holdfast/testing';
import { copyContext } from './build-context.js';
import { environmentOf, execForm, lastOf, parseDockerfile } from './dockerfile.js';
import { ImageBuild } from './image-build.js';

jest.setTimeout(600_000);

const APPS = ['gateway', 'agent-worker', 'slo-service'] as const;
type Target = (typeof APPS)[number] | 'migrate';

const stages = parseDockerfile(readFileSync(join(repositoryRoot(), 'Dockerfile'), 'utf8'));

/** The account of the image where this machine lets us take it. */
const account = process.getuid?.() === 0 ? { uid: 10_001, gid: 10_001 } : {};

/** Where no engine can build the image, its steps still run in empty folders, and its targets start from the result. */
describe('the image', () => {
  let folder = '';
  let workdir = '';
  let database: TestDatabase | undefined;

  function launch(target: Target, instruction: 'CMD' | 'HEALTHCHECK', port: number): ManagedProcess {
    if (database === undefined) throw new Error('There is no database yet.');
    const [, ...args] = execForm(lastOf(stages, target, instruction)?.text ?? '');
    const { url, prefix } = testRedis();
    return new ManagedProcess({
      name: target,
      command: process.execPath,
      args,
      cwd: workdir,
      env: {
        ...cleanEnvironment(),
        ...environmentOf(stages, target),
        PORT: String(port),
        DATABASE_URL: database.url,
        REDIS_URL: url,
        REDIS_PREFIX: prefix,
        AUTH_SECRET: TEST_AUTH_SECRET,
        SHUTDOWN_TIMEOUT_MS: '10000',
        SHUTDOWN_GRACE_MS: '200',
      },
      ...account,
    });
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-image-'));
    chmodSync(folder, 0o755);
    const context = join(folder, 'context');
    mkdirSync(context);
    copyContext(repositoryRoot(), context);
    const build = new ImageBuild(stages, context, folder);
    [database, workdir] = await Promise.all([testDatabase({ empty: true }), build.workdir('runtime')]);
    const migration = launch('migrate', 'CMD', 0);
    expect({ exit: await migration.exited, output: migration.output() }).toMatchObject({ exit: { code: 0 } });
  });

  afterAll(async () => {
    await database?.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has the packages of production only', () => {
    expect(existsSync(join(workdir, 'node_modules/@nestjs/core'))).toBe(true);
    for (const name of ['typescript', 'jest', 'vite', '@sparticuz/chromium']) {
      expect(existsSync(join(workdir, 'node_modules', name))).toBe(false);
    }
  });

  it.each(APPS)('%s starts, is healthy by its own check, and ends on SIGTERM with 0', async (app) => {
    const port = await freePort();
    const running = launch(app, 'CMD', port);
    try {
      await eventually(
        async () =>
          running.exit !== undefined || (await fetch(`http://127.0.0.1:${String(port)}/health/ready`)).status === 200,
        { timeoutMs: 60_000 },
      );
      expect({ exit: running.exit, output: running.output() }).toMatchObject({ exit: undefined });
      expect(await launch(app, 'HEALTHCHECK', port).exited).toEqual({ code: 0, signal: null });
      if (app === 'gateway') {
        const page = await fetch(`http://127.0.0.1:${String(port)}/`);
        expect(await page.text()).toContain('<!doctype html>');
      }
      running.signal('SIGTERM');
      expect({ exit: await running.exited, output: running.output() }).toMatchObject({
        exit: { code: 0, signal: null },
      });
      expect(await launch(app, 'HEALTHCHECK', port).exited).toEqual({ code: 1, signal: null });
    } finally {
      await running.stop();
    }
  });
});
