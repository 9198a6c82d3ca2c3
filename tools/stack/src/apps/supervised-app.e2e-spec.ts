import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { cleanEnvironment, eventually, freePort, isAlive } from '@holdfast/testing';
import { SupervisedApp } from './supervised-app.js';

/** An app that is ready at once, and does what MODE says when it is asked to stop or started. */
const APP = `
import { createServer } from 'node:http';
if (process.env.MODE === 'broken') { console.error('no configuration'); process.exit(78); }
if (process.env.MODE !== 'stubborn') process.on('SIGTERM', () => process.exit(0));
else process.on('SIGTERM', () => undefined);
createServer((_request, response) => response.end()).listen(Number(process.env.PORT), '127.0.0.1');
`;

describe('SupervisedApp', () => {
  let folder: string;
  let app: SupervisedApp | undefined;
  const notices: string[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-app-'));
    writeFileSync(join(folder, 'app.mjs'), APP);
  });
  afterEach(async () => {
    await app?.stop(100);
    notices.length = 0;
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const make = async (mode: string) => {
    const port = await freePort();
    const env = { ...cleanEnvironment(), MODE: mode, PORT: String(port) };
    app = new SupervisedApp(
      { name: 'app-1', entry: join(folder, 'app.mjs'), port, env },
      { onLine: () => undefined, onProcesses: () => undefined, onNotice: (text) => notices.push(text) },
    );
    return app;
  };

  it('starts a crashed app again, later each time', async () => {
    const supervised = await make('fine');
    await supervised.start();
    for (const waitMs of [500, 1_000]) {
      const crashed = supervised.pid ?? 0;
      process.kill(crashed, 'SIGKILL');
      await eventually(() => notices.at(-1) === 'app-1 is ready again.' && supervised.pid !== crashed, {
        timeoutMs: 10_000,
      });
      expect(notices.at(-2)).toBe(`app-1 ended (SIGKILL); starting it again in ${String(waitMs)} ms.`);
    }
    expect(await supervised.stop(5_000)).toBe(true);
  }, 30_000);

  it('does not try again what cannot start, and tells its last words', async () => {
    const supervised = await make('broken');
    await expect(supervised.start()).rejects.toThrow(/app-1 ended before it was ready: .*\nno configuration/);
    expect(supervised.pid).toBeUndefined();
  }, 30_000);

  it('kills an app that ignores its end, and says that it was not clean', async () => {
    const supervised = await make('stubborn');
    await supervised.start();
    const pid = supervised.pid ?? 0;
    expect(await supervised.stop(200)).toBe(false);
    expect(isAlive(pid)).toBe(false);
  }, 30_000);

  it('gives up waiting for a restart when it is stopped', async () => {
    const supervised = await make('fine');
    await supervised.start();
    process.kill(supervised.pid ?? 0, 'SIGKILL');
    await eventually(() => notices.length > 0);
    await supervised.stop(5_000);
    expect(supervised.pid).toBeUndefined();
  }, 30_000);
});
