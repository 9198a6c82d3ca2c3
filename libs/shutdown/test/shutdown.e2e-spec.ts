import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { cleanEnvironment, eventually, ManagedProcess, repositoryRoot, sourceArguments } from '@holdfast/testing';

jest.setTimeout(30_000);

describe('a process that gets signals', () => {
  let child: ManagedProcess | undefined;

  afterEach(async () => {
    await child?.stop('SIGKILL');
    child = undefined;
  });

  function run(scenario: string): ManagedProcess {
    child = new ManagedProcess({
      name: scenario,
      command: process.execPath,
      args: [...sourceArguments('libs/shutdown/test/fixture-process.ts'), scenario],
      cwd: repositoryRoot(),
      env: cleanEnvironment(),
    });
    return child;
  }

  async function start(scenario: string): Promise<ManagedProcess> {
    const running = run(scenario);
    await says(running, 'up');
    return running;
  }

  const says = (running: ManagedProcess, line: string) =>
    eventually(() => running.output().split('\n').includes(line), { timeoutMs: 20_000 });

  const order = (running: ManagedProcess) =>
    running
      .output()
      .split('\n')
      .filter((line) => !line.startsWith('{'));

  it.each(['SIGTERM', 'SIGINT'] as const)('ends in order on %s, with 0', async (signal) => {
    const running = await start('clean');
    running.signal(signal);
    expect(await running.exited).toEqual({ code: 0, signal: null });
    expect(order(running)).toEqual(['up', 'mark', 'agents', 'resources']);
  });

  it('ends with 1 if a step failed, and still runs the others', async () => {
    const running = await start('fail');
    running.signal('SIGTERM');
    expect(await running.exited).toEqual({ code: 1, signal: null });
    expect(order(running)).toEqual(['up', 'mark', 'agents', 'resources']);
    expect(running.output()).toContain('"step":"run"');
  });

  it('gives up what hangs on a second signal, closes resources, and ends with 128 + its number', async () => {
    const running = await start('hang');
    running.signal('SIGTERM');
    await says(running, 'agents');
    const at = performance.now();
    running.signal('SIGTERM');
    expect(await running.exited).toEqual({ code: 143, signal: null });
    expect(performance.now() - at).toBeLessThan(3_000);
    expect(order(running)).toEqual(['up', 'mark', 'agents', 'resources']);
  });

  it('ends in order, with 1, on a rejection that nobody caught', async () => {
    const running = await start('fault');
    expect(await running.exited).toEqual({ code: 1, signal: null });
    expect(order(running)).toEqual(['up', 'mark', 'agents', 'resources']);
    expect(running.output()).toContain('nobody catches this');
  });

  it('ends within its budget although a step never does, and says what it abandoned', async () => {
    const running = await start('overrun');
    const at = performance.now();
    running.signal('SIGTERM');
    expect(await running.exited).toEqual({ code: 1, signal: null });
    expect(performance.now() - at).toBeLessThan(2_500);
    expect(order(running)).toEqual(['up', 'mark', 'agents', 'resources']);
    expect(running.output()).toContain(
      '"abandoned":[{"phase":"agents","step":"run","outcome":"overran","left":1}],"msg":"shut down"',
    );
  });

  it('is ended from the outside when its event loop stands still', async () => {
    const running = await start('block');
    running.signal('SIGTERM');
    expect(await running.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(running.output()).toContain('the event loop stands still');
  });

  it('exits at once on a third signal', async () => {
    const running = await start('hang');
    running.signal('SIGTERM');
    await says(running, 'agents');
    running.signal('SIGINT');
    running.signal('SIGINT');
    expect(await running.exited).toEqual({ code: 130, signal: null });
  });

  it('does not start with a step that is registered twice', async () => {
    const running = run('twice');
    expect(await running.exited).toEqual({ code: 1, signal: null });
    expect(running.output()).toContain('A shutdown step \\"pool\\" exists already.');
  });

  it('ends at once, with 0, on a signal while it starts', async () => {
    const running = await start('boot');
    running.signal('SIGTERM');
    expect(await running.exited).toEqual({ code: 0, signal: null });
    expect(running.output()).toContain('SIGTERM while starting');
  });

  it('ends in order, with 0, on a signal while it opens its port', async () => {
    const running = await start('opening');
    running.signal('SIGTERM');
    expect(await running.exited).toEqual({ code: 0, signal: null });
    expect(order(running)).toEqual(expect.arrayContaining(['up', 'mark', 'agents', 'resources']));
    expect(running.output()).not.toContain('closed already');
  });
});
