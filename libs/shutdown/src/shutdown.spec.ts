import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createLogger } from '@holdfast/observability';
import { FakeProcess } from '../test/fake-process.js';
import { ManualClock } from '../test/manual-clock.js';
import { PHASES, Shutdown, type InstallOptions, type StepContext } from './index.js';

describe('a shutdown', () => {
  let shutdown: Shutdown;
  let clock: ManualClock;
  let host: FakeProcess;
  let lines: string[];
  let events: string[];

  beforeEach(() => {
    shutdown = new Shutdown();
    clock = new ManualClock();
    host = new FakeProcess();
    lines = [];
    events = [];
  });

  function install(options: Partial<InstallOptions> = {}, close: () => Promise<unknown> = () => Promise.resolve()) {
    const logger = createLogger({
      app: 'test',
      instanceId: 'test-1',
      level: 'info',
      pretty: false,
      destination: { write: (line) => void lines.push(line) },
    });
    const app = { close: () => (events.push('app.close'), close()) };
    shutdown.install(app, logger, { timeoutMs: 10_000, clock, process: host, ...options });
  }

  const note = (name: string) => () => void events.push(name);

  function takes(ms: number, name: string) {
    return async () => {
      events.push(`${name} begins`);
      await new Promise<void>((resolve) => clock.after(ms, resolve));
      events.push(`${name} ends`);
    };
  }

  it('runs its phases in order, whatever the order of registration, and exits with 0', async () => {
    for (const phase of [...PHASES].reverse()) shutdown.onShutdown(phase, { phase, timeoutMs: 100 }, note(phase));
    install();
    host.emit('SIGTERM');
    expect(shutdown.isDraining).toBe(true);
    await clock.advance(0);
    expect(events).toEqual(['mark', 'grace', 'requests', 'sockets', 'agents', 'app.close', 'resources', 'custom']);
    expect(host.exits).toEqual([0]);
    expect(clock.pending).toBe(0);
  });

  it('serves on for the time of grace, already marked', async () => {
    shutdown.onShutdown('ready', { phase: 'mark', timeoutMs: 100 }, note('mark'));
    shutdown.onShutdown('http', { phase: 'requests', timeoutMs: 100 }, note('requests'));
    install({ graceMs: 3_000 });
    host.emit('SIGINT');
    await clock.advance(2_999);
    expect(events).toEqual(['mark']);
    await clock.advance(1);
    expect(events).toEqual(['mark', 'requests', 'app.close']);
    expect(host.exits).toEqual([0]);
  });

  it('starts the steps of a phase together, and a step after those it names', async () => {
    shutdown.onShutdown('c', { phase: 'agents', timeoutMs: 5_000, after: ['a', 'b', 'absent'] }, takes(10, 'c'));
    shutdown.onShutdown('a', { phase: 'agents', timeoutMs: 5_000 }, takes(100, 'a'));
    shutdown.onShutdown('b', { phase: 'agents', timeoutMs: 5_000 }, takes(50, 'b'));
    install();
    host.emit('SIGTERM');
    await clock.advance(1_000);
    expect(events).toEqual(['a begins', 'b begins', 'b ends', 'a ends', 'c begins', 'c ends', 'app.close']);
  });

  it('isolates a step that throws, rejects or hangs, names it, and exits with 1', async () => {
    shutdown.onShutdown('throws', { phase: 'requests', timeoutMs: 100 }, () => {
      throw new Error('no');
    });
    shutdown.onShutdown('rejects', { phase: 'sockets', timeoutMs: 100 }, () => Promise.reject(new Error('never')));
    shutdown.onShutdown('hangs', { phase: 'agents', timeoutMs: 100 }, () => new Promise(() => undefined));
    shutdown.onShutdown('next', { phase: 'agents', timeoutMs: 100, after: ['hangs'] }, note('next'));
    install();
    host.emit('SIGTERM');
    await clock.advance(200);
    expect(events).toEqual(['next', 'app.close']);
    expect(host.exits).toEqual([1]);
    const outcomes = lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ step }) => step);
    expect(outcomes).toEqual([
      expect.objectContaining({ step: 'throws', outcome: 'failed' }),
      expect.objectContaining({ step: 'rejects', outcome: 'failed' }),
      expect.objectContaining({ step: 'hangs', outcome: 'overran' }),
    ]);
  });

  it('tells a step when its time is up', async () => {
    const seen: StepContext[] = [];
    shutdown.onShutdown('slow', { phase: 'agents', timeoutMs: 100 }, (context) => {
      seen.push(context);
      return new Promise(() => undefined);
    });
    install();
    host.emit('SIGTERM');
    await clock.advance(99);
    expect(seen[0]).toMatchObject({ budgetMs: 100, signal: { aborted: false } });
    await clock.advance(1);
    expect(seen[0]?.signal.aborted).toBe(true);
  });

  it('keeps time for the resources when everything before them hangs', async () => {
    for (const phase of ['requests', 'sockets', 'agents'] as const) {
      shutdown.onShutdown(phase, { phase, timeoutMs: 60_000 }, () => new Promise(() => undefined));
    }
    shutdown.onShutdown('pool', { phase: 'resources', timeoutMs: 1_000 }, takes(900, 'pool'));
    install({ timeoutMs: 10_000 });
    host.emit('SIGTERM');
    await clock.advance(10_000);
    expect(events).toEqual(['app.close', 'pool begins', 'pool ends']);
    expect(host.exits).toEqual([1]);
  });

  it('closes resources even if the application does not close', async () => {
    shutdown.onShutdown('pool', { phase: 'resources', timeoutMs: 1_000 }, note('pool'));
    install({ timeoutMs: 4_000 }, () => new Promise(() => undefined));
    host.emit('SIGTERM');
    await clock.advance(4_000);
    expect(events).toEqual(['app.close', 'pool']);
    expect(host.exits).toEqual([1]);
  });

  it('hastens on a second signal: resources within a second, exit code 128 + its number', async () => {
    shutdown.onShutdown('long', { phase: 'agents', timeoutMs: 9_000 }, takes(8_000, 'long'));
    shutdown.onShutdown('pool', { phase: 'resources', timeoutMs: 1_000 }, note('pool'));
    install();
    host.emit('SIGTERM');
    await clock.advance(100);
    host.emit('SIGINT');
    await clock.advance(0);
    expect(events).toEqual(['long begins', 'app.close', 'pool']);
    expect(host.exits).toEqual([130]);
  });

  it('exits at once on a third signal', async () => {
    install({}, () => new Promise(() => undefined));
    for (const signal of ['SIGTERM', 'SIGTERM', 'SIGTERM']) host.emit(signal);
    await clock.advance(0);
    expect(host.exits).toEqual([143]);
  });

  it('is cut off by its watchdog when even the end hangs', async () => {
    const stuck = jest.fn(() => new Promise(() => undefined));
    shutdown.onShutdown('stuck', { phase: 'custom', timeoutMs: 60_000 }, stuck);
    install({ timeoutMs: 2_000 });
    host.emit('SIGTERM');
    await clock.advance(2_500);
    expect(stuck).toHaveBeenCalled();
    expect(host.exits).toEqual([1]);
  });

  it('begins on a fault that nobody caught, and exits with 1', async () => {
    shutdown.onShutdown('pool', { phase: 'resources', timeoutMs: 1_000 }, note('pool'));
    install();
    host.emit('unhandledRejection', new Error('lost'));
    host.emit('uncaughtException', new Error('again'));
    await clock.advance(0);
    expect(events).toEqual(['app.close', 'pool']);
    expect(host.exits).toEqual([1]);
    expect(lines.join('')).toContain('"message":"lost"');
  });

  it('runs each step once at most, and not after it was taken back', async () => {
    const takeBack = shutdown.onShutdown('gone', { phase: 'sockets', timeoutMs: 100 }, note('gone'));
    takeBack();
    install();
    host.emit('SIGTERM');
    await clock.advance(10);
    expect(events).toEqual(['app.close']);
  });

  it('refuses a name twice and steps that wait for each other', () => {
    shutdown.onShutdown('a', { phase: 'agents', timeoutMs: 1, after: ['b'] }, note('a'));
    expect(() => shutdown.onShutdown('a', { phase: 'mark', timeoutMs: 1 }, note('a'))).toThrow('exists already');
    expect(() => shutdown.onShutdown('b', { phase: 'agents', timeoutMs: 1, after: ['a'] }, note('b'))).toThrow(
      'a → b → a',
    );
  });
});

describe('closing an application without a signal', () => {
  it('runs the same steps around the listeners, and tells what went wrong', async () => {
    const shutdown = new Shutdown();
    const events: string[] = [];
    for (const phase of PHASES) {
      shutdown.onShutdown(phase, { phase, timeoutMs: 100 }, () => void events.push(phase));
    }
    await shutdown.beforeApplicationShutdown();
    expect(events).toEqual(['mark', 'requests', 'sockets', 'agents']);
    expect(shutdown.isDraining).toBe(true);
    shutdown.onShutdown('broken', { phase: 'resources', timeoutMs: 100 }, () => Promise.reject(new Error('no')));
    await expect(shutdown.onApplicationShutdown()).rejects.toThrow('broken (failed)');
    expect(events).toEqual(['mark', 'requests', 'sockets', 'agents', 'resources', 'custom']);
  });
});
