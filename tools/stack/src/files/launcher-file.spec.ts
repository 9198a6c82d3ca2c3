import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LauncherFile } from './launcher-file.js';

describe('LauncherFile', () => {
  let data: string;
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'holdfast-lock-'));
  });
  afterEach(() => {
    rmSync(data, { recursive: true, force: true });
  });

  const content = () => JSON.parse(readFileSync(join(data, 'launcher.json'), 'utf8')) as { url: string; pid: number };

  it('lets one launcher run', async () => {
    await new LauncherFile(data, 'http://localhost:1').acquire();
    const second = new LauncherFile(data, 'http://localhost:2');
    await expect(second.acquire()).rejects.toThrow(/already runs on this data \(process \d+, http:\/\/localhost:1\)/);
    expect(content().url).toBe('http://localhost:1');
  });

  it('is free after a release', async () => {
    const first = new LauncherFile(data, 'http://localhost:1');
    await first.acquire();
    first.release();
    await new LauncherFile(data, 'http://localhost:2').acquire();
    expect(content().url).toBe('http://localhost:2');
  });

  it('takes over from a launcher that died, also when its id is in use again', async () => {
    const { pid: dead } = spawnSync(process.execPath, ['-e', '']);
    for (const stale of [
      { pid: dead, start: '1' },
      { pid: process.pid, start: 'another' },
    ]) {
      writeFileSync(join(data, 'launcher.json'), JSON.stringify({ name: 'launcher', processes: [], ...stale }));
      const file = new LauncherFile(data, 'http://localhost:3');
      await file.acquire();
      expect(content()).toMatchObject({ url: 'http://localhost:3', pid: process.pid });
      file.release();
    }
  });

  it('takes over an unreadable file', async () => {
    writeFileSync(join(data, 'launcher.json'), '{"pid":');
    await new LauncherFile(data, 'http://localhost:4').acquire();
    expect(content().url).toBe('http://localhost:4');
  });

  it('never stops a process that only has the id of an orphan', async () => {
    const processes = [{ name: 'gateway-1', pid: process.pid, start: 'long ago' }];
    writeFileSync(join(data, 'launcher.json'), JSON.stringify({ name: 'launcher', pid: 0, start: '', processes }));
    await new LauncherFile(data, 'http://localhost:5').acquire();
    expect(content().pid).toBe(process.pid);
  });
});
