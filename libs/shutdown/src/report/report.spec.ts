import { beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@holdfast/observability';
import { FakeProcess } from '../../test/fake-process.js';
import { ManualClock } from '../../test/manual-clock.js';
import { REPORT_STEP, Shutdown, type ShutdownReport } from '../index.js';

describe('the report of a shutdown', () => {
  let shutdown: Shutdown;
  let clock: ManualClock;
  let host: FakeProcess;
  let lines: Record<string, unknown>[];

  beforeEach(() => {
    shutdown = new Shutdown();
    clock = new ManualClock();
    host = new FakeProcess();
    lines = [];
  });

  function install({ timeoutMs = 10_000, graceMs = 0 } = {}): void {
    const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
    const logger = createLogger({ app: 'test', instanceId: 'test-1', level: 'info', pretty: false, destination });
    shutdown.install({ close: () => Promise.resolve() }, logger, { timeoutMs, graceMs, clock, process: host });
  }

  const takes = (ms: number) => () => new Promise<void>((resolve) => clock.after(ms, resolve));
  const lastLine = () => lines.find(({ msg }) => msg === 'shut down') as unknown as ShutdownReport | undefined;

  it('tells in one line what began when, how long it took, what it left and what was abandoned', async () => {
    let open = 5;
    shutdown.onShutdown('http', { phase: 'requests', timeoutMs: 100, left: () => open }, async ({ note }) => {
      await takes(40)();
      open = 0;
      note({ served: 5 });
    });
    shutdown.onShutdown('sockets', { phase: 'sockets', timeoutMs: 100, left: () => 3 }, ({ signal, note }) => {
      note({ moved: 7 });
      return new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve());
      });
    });
    install({ graceMs: 1_000 });
    host.emit('SIGTERM');
    await clock.advance(2_000);
    expect(host.exits).toEqual([1]);
    expect(lastLine()).toMatchObject({
      reason: 'SIGTERM',
      exitCode: 1,
      ms: 1_140,
      phases: [
        { phase: 'grace', outcome: 'done', startedMs: 0, ms: 1_000, left: 0 },
        {
          phase: 'requests',
          startedMs: 1_000,
          ms: 40,
          left: 0,
          steps: [{ name: 'http', outcome: 'done', startedMs: 1_000, ms: 40, left: 0, facts: { served: 5 } }],
        },
        { phase: 'sockets', outcome: 'incomplete', startedMs: 1_040, ms: 100, left: 3 },
        { phase: 'resources', outcome: 'done' },
      ],
      abandoned: [{ phase: 'sockets', step: 'sockets', outcome: 'overran', left: 3 }],
    });
  });

  it('is kept at the start of the closing, and again before what keeps it closes', async () => {
    const order: string[] = [];
    const kept: ShutdownReport[] = [];
    shutdown.onShutdown('pool', { phase: 'resources', timeoutMs: 500, after: [REPORT_STEP] }, () => order.push('pool'));
    shutdown.onShutdown('tunnel', { phase: 'resources', timeoutMs: 500, after: ['pool'] }, () => order.push('tunnel'));
    shutdown.onShutdown('redis', { phase: 'resources', timeoutMs: 500 }, async () => {
      await takes(50)();
      order.push('redis');
    });
    shutdown.reportTo((report) => {
      kept.push(report);
      order.push('kept');
      return Promise.resolve();
    });
    install();
    host.emit('SIGTERM');
    await clock.advance(1_000);
    expect(order).toEqual(['kept', 'redis', 'kept', 'pool', 'tunnel']);
    const [draft, final] = kept;
    expect(draft?.id).toBe(final?.id);
    expect(final).toMatchObject({ exitCode: 0, abandoned: [] });
    expect(final?.phases[0]?.steps.map(({ name }) => name)).toEqual(['app', 'shutdown report, so far', 'redis']);
    expect(host.exits).toEqual([0]);
  });

  it('says at a cut-off what was still running', async () => {
    const hangs = () => new Promise(() => undefined);
    shutdown.onShutdown('stuck', { phase: 'custom', timeoutMs: 60_000, left: () => 2 }, hangs);
    install({ timeoutMs: 2_000 });
    host.emit('SIGTERM');
    await clock.advance(1_999);
    host.emit('SIGTERM');
    host.emit('SIGTERM');
    expect(lines.at(-1)).toMatchObject({
      msg: 'third signal: left at once',
      exitCode: 143,
      abandoned: [{ phase: 'custom', step: 'stuck', outcome: 'running', left: 2 }],
    });
  });

  it('is not clean if something failed meanwhile that nobody caught', async () => {
    shutdown.onShutdown('run', { phase: 'agents', timeoutMs: 500 }, takes(100));
    install();
    host.emit('SIGTERM');
    await clock.advance(50);
    host.emit('unhandledRejection', new Error('late'));
    await clock.advance(1_000);
    expect(host.exits).toEqual([1]);
  });

  it('a step that cannot say what it leaves is not the worse for it', async () => {
    const left = () => {
      throw new Error('no idea');
    };
    shutdown.onShutdown('vague', { phase: 'agents', timeoutMs: 500, left }, () => undefined);
    install();
    host.emit('SIGTERM');
    await clock.advance(10);
    expect(host.exits).toEqual([0]);
  });
});

describe('the budgets of a shutdown', () => {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  const logger = createLogger({ app: 'test', instanceId: 'test-1', level: 'info', pretty: false, destination });

  it('are added up along the longest path; the step with which they no longer fit is named', () => {
    const shutdown = new Shutdown();
    const nothing = () => undefined;
    shutdown.onShutdown('a', { phase: 'agents', timeoutMs: 1_000 }, nothing);
    shutdown.onShutdown('b', { phase: 'agents', timeoutMs: 500, after: ['a'] }, nothing);
    shutdown.onShutdown('beside', { phase: 'agents', timeoutMs: 1_400 }, nothing);
    shutdown.onShutdown('pool', { phase: 'resources', timeoutMs: 60_000 }, nothing);
    const app = { close: () => Promise.resolve() };
    // 500 grace, 1,500 agents, 1,000 kept for closing, leave 1,000.
    shutdown.install(app, logger, { timeoutMs: 4_000, graceMs: 500, process: new FakeProcess() });
    shutdown.onShutdown('fits', { phase: 'sockets', timeoutMs: 1_000 }, nothing);
    expect(lines).toEqual([]);
    shutdown.onShutdown('too much', { phase: 'requests', timeoutMs: 1 }, nothing);
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'warn',
        newest: 'too much',
        timeoutMs: 4_000,
        totalMs: 4_001,
        phases: { grace: 500, requests: 1, sockets: 1_000, agents: 1_500 },
      }),
    ]);
  });

  it('what fails in a boot fails it, unless the shutdown came first', async () => {
    const shutdown = new Shutdown();
    const fails = () => Promise.reject(new Error('port in use'));
    await expect(shutdown.unlessDraining(fails)).rejects.toThrow('port in use');
    expect(await shutdown.unlessDraining(() => Promise.resolve())).toBe(true);
    await shutdown.beforeApplicationShutdown();
    expect(await shutdown.unlessDraining(fails)).toBe(false);
  });
});
