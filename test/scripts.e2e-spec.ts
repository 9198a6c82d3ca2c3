import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { cleanEnvironment, repositoryRoot } from '@holdfast/testing';

function script(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join('scripts', name), ...args], {
    cwd: repositoryRoot(),
    env: { ...cleanEnvironment(), ...env },
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { status, stdout, stderr };
}

describe('npm start -- options', () => {
  it('lists them with --help', () => {
    const { status, stdout } = script('start.mjs', ['--help']);
    expect(status).toBe(0);
    for (const option of ['--port', '--gateways', '--workers', '--data', 'DATABASE_URL'])
      expect(stdout).toContain(option);
  });

  it.each([
    [['--prot', '1'], /Unknown option '--prot': .*--help/],
    [['--gateways', '0'], /--gateways must be a whole number from 1 to 16, not "0"/],
    [['--port', 'eighty'], /--port must be a whole number/],
    [['8000'], /Unexpected argument '8000'/],
  ])('refuses %j in one sentence', (args, sentence) => {
    const { status, stderr } = script('start.mjs', args);
    expect(status).toBe(1);
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('takes the port from the environment too', () => {
    expect(script('start.mjs', [], { PORT: '-1' }).stderr).toMatch(/--port must be .* not "-1"/);
  });
});

describe.each([
  ['chaos.mjs', [], /--seed <n>[^]*kill-gateway/],
  ['bench.mjs', [], /npm run bench:reconnect -- /],
  ['bench.mjs', ['takeover'], /^ {2}npm run bench:takeover$/m],
])('%s %j', (name, args, text) => {
  it('tells with --help what it does, and builds and runs nothing', () => {
    const { status, stdout, stderr } = script(name, [...args, '--help']);
    expect(status).toBe(0);
    expect(stdout).toMatch(text);
    expect(stderr).not.toContain('Building');
  });
});

describe('count-tests', () => {
  const counts = (report: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-counts-'));
    try {
      writeFileSync(join(folder, 'report.json'), report);
      return script('count-tests.mjs', [join(folder, 'report.json')]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  const report = {
    numPassedTests: 7,
    numFailedTests: 1,
    numRuntimeErrorTestSuites: 2,
    numPendingTests: 0,
    numTodoTests: 0,
  };

  it('counts a file that does not load as failed', () => {
    expect(counts(JSON.stringify(report)).stdout).toBe('7 passed, 3 failed\n');
  });

  it('tells skipped tests', () => {
    expect(counts(JSON.stringify({ ...report, numPendingTests: 2, numTodoTests: 1 })).stdout).toBe(
      '7 passed, 3 failed, 3 skipped\n',
    );
  });

  it('fails without a report', () => {
    expect(counts('')).toMatchObject({ status: 1, stdout: '' });
  });
});

describe('the platform', () => {
  it('that is not supported is told in one sentence with the remedy', () => {
    const windows = "data:text/javascript,Object.defineProperty(process,'platform',{value:'win32'})";
    const { status, stderr } = script('check-platform.mjs', [], { NODE_OPTIONS: `--import ${windows}` });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^✗ Holdfast does not run on Windows itself: start it inside WSL 2, \S+\.\n$/);
  });
});
