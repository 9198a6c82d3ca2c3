import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn, type ChildProcess } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import {
  cleanEnvironment,
  eventually,
  freePort,
  isAlive,
  ManagedProcess,
  repositoryRoot,
  type ManagedProcessOptions,
} from '@holdfast/testing';

interface LauncherFile {
  readonly pid: number;
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
  readonly environment?: { readonly DATABASE_URL: string };
}

const START = ['scripts/start.mjs'];
const READY_MS = 90_000;

describe('npm start', () => {
  const root = repositoryRoot();
  let data: string;
  let port: number;
  let running: ManagedProcess | undefined;

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'holdfast-launcher-'));
    // Else root's servers, which run as nobody, would keep their data elsewhere.
    chmodSync(data, 0o755);
    port = await freePort();
  });
  afterEach(async () => {
    await running?.stop('SIGTERM', 20_000);
    running = undefined;
  }, 30_000);
  afterAll(() => {
    rmSync(data, { recursive: true, force: true });
  });

  const run = (command: string, args: readonly string[], more: Partial<ManagedProcessOptions> = {}) => {
    running = new ManagedProcess({ name: 'launcher', command, args, cwd: root, env: cleanEnvironment(), ...more });
    return running;
  };
  const start = (...args: string[]) =>
    run(process.execPath, [...START, '--port', String(port), '--data', data, ...args]);
  const ready = async (launcher: ManagedProcess) => {
    await eventually(
      () => {
        if (launcher.exit !== undefined) throw new Error(`it ended:\n${launcher.output()}`);
        return launcher.output().includes('Holdfast is ready');
      },
      { timeoutMs: READY_MS },
    );
  };
  const file = () => JSON.parse(readFileSync(join(data, 'launcher.json'), 'utf8')) as LauncherFile;
  const pidOf = (name: string) => file().processes.find((entry) => entry.name === name)?.pid ?? 0;
  const answers = async () => (await fetch(`http://127.0.0.1:${String(port)}/health/ready`)).status === 200;
  const expectNothingLeft = async (pids: readonly number[]) => {
    await eventually(() => pids.every((pid) => !isAlive(pid)), { timeoutMs: 15_000 });
    expect(existsSync(join(data, 'launcher.json'))).toBe(false);
    await expect(answers()).rejects.toThrow();
  };
  const sql = async (text: string) => {
    const client = new Client({ connectionString: file().environment?.DATABASE_URL ?? '' });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  };

  it('serves several gateways on one port, restarts what crashes, and ends with code 0 on SIGTERM', async () => {
    const launcher = start('--gateways', '2');
    await ready(launcher);
    expect(launcher.output()).toContain(`http://localhost:${String(port)}/ops`);
    expect(await answers()).toBe(true);
    expect(statSync(join(data, 'secrets.json')).mode & 0o777).toBe(0o600);

    const second = new ManagedProcess({
      name: 'second',
      command: process.execPath,
      args: [...START, '--port', String(port), '--data', data],
      cwd: root,
      env: cleanEnvironment(),
    });
    expect(await second.exited).toEqual({ code: 1, signal: null });
    expect(second.output()).toMatch(/already runs on this data .*: stop it, or start with another folder/);

    const crashed = pidOf('gateway-1');
    process.kill(crashed, 'SIGKILL');
    // The other gateway serves meanwhile.
    await eventually(answers);
    await eventually(() => ![0, crashed].includes(pidOf('gateway-1')), { timeoutMs: 10_000 });
    await eventually(() => launcher.output().includes('gateway-1 is ready again'), { timeoutMs: 30_000 });

    const pids = file().processes.map(({ pid }) => pid);
    expect(pids).toHaveLength(6);
    launcher.signal('SIGTERM');
    expect(await launcher.exited).toEqual({ code: 0, signal: null });
    await expectNothingLeft(pids);
  }, 150_000);

  it('keeps the data over a kill -9 of the launcher, and passes on a SIGTERM to npm', async () => {
    const killed = start();
    await ready(killed);
    await sql('CREATE TABLE public.kept AS SELECT 42 AS answer');
    const orphans = file().processes.map(({ pid }) => pid);
    killed.signal('SIGKILL');
    await killed.exited;

    const npm = run('npm', ['start', '--', '--port', String(port), '--data', data]);
    await ready(npm);
    expect(orphans.filter(isAlive)).toEqual([]);
    expect(await sql('SELECT answer FROM public.kept')).toEqual([{ answer: 42 }]);
    const pids = file().processes.map(({ pid }) => pid);
    npm.signal('SIGTERM');
    await npm.exited;
    await expectNothingLeft(pids);
  }, 150_000);

  const hasTerminal = existsSync('/usr/bin/script') && process.platform === 'linux';
  (hasTerminal ? it : it.skip)(
    'stops in good order on Ctrl-C in a terminal',
    async () => {
      // The shell that `script` starts gives way to npm: dash, which stays, would end by the SIGINT itself.
      const command = `exec npm start -- --port ${String(port)} --data ${data}`;
      const terminal: ChildProcess = spawn('/usr/bin/script', ['-qec', command, '/dev/null'], {
        cwd: root,
        env: cleanEnvironment(),
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      let shown = '';
      terminal.stdout?.on('data', (chunk: Buffer) => (shown += chunk.toString()));
      const exited = once(terminal, 'exit') as Promise<[number | null]>;
      await eventually(() => shown.includes('Ctrl-C stops it.'), { timeoutMs: READY_MS });
      const pids = file().processes.map(({ pid }) => pid);
      terminal.stdin?.write('\u0003');
      const [code] = await exited;
      expect(`${shown} exit code ${String(code)}`).toMatch(/Stopped \(\d[^]* exit code 0$/);
      await expectNothingLeft(pids);
    },
    120_000,
  );

  it('names the taken port and the way out', async () => {
    const taken = createServer().listen(port, '127.0.0.1');
    await once(taken, 'listening');
    const launcher = start();
    expect(await launcher.exited).toEqual({ code: 1, signal: null });
    expect(launcher.output()).toContain(
      `Port ${String(port)} is taken by another program: stop that one, or run npm start`,
    );
    expect(existsSync(join(data, 'launcher.json'))).toBe(false);
    taken.close();
    await once(taken, 'close');
  }, 30_000);

  it('names a data folder that cannot be used', async () => {
    const file = join(data, 'a-file');
    writeFileSync(file, '');
    const launcher = run(process.execPath, [...START, '--port', String(port), '--data', file]);
    expect(await launcher.exited).toEqual({ code: 1, signal: null });
    expect(launcher.output()).toMatch(/data folder .*a-file cannot be used .*choose another/);
  }, 30_000);
});
