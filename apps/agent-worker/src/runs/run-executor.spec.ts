import { describe, expect, it } from '@jest/globals';
import { SloRecorder } from '@holdfast/slo-recorder';
import { AppError, CEILINGS, partsLength, type Part } from '@holdfast/contracts';
import { eventually } from '@holdfast/testing';
import { FakeStore, RecordingFanOut, silentLogger } from '../../test/fakes.js';
import { Agent, type AgentContext } from '../agents/agent.port.js';
import { AgentRegistry } from '../agents/agent-registry.js';
import { Announcer } from './announcer.js';
import { ChunkCommitter } from './chunk-committer.js';
import { LiveRun } from './live-run.js';
import { RunExecutor } from './run-executor.js';

const text = (value: string): Part => ({ type: 'text', text: value });

const result = (n: number, units: number): Part => {
  return { type: 'tool_result', callId: `c${String(n)}`, tool: 't', ok: true, result: 'r'.repeat(units) };
};

class ScriptedAgent extends Agent {
  readonly provider = 'test';

  constructor(private readonly script: (context: AgentContext) => AsyncIterable<Part>) {
    super();
  }

  override resumeMode(): 'restart' {
    return 'restart';
  }

  override stream(context: AgentContext): AsyncIterable<Part> {
    return this.script(context);
  }
}

function setup(script: (context: AgentContext) => AsyncIterable<Part>, runTimeoutMs = 5_000) {
  const store = new FakeStore();
  const fanOut = new RecordingFanOut();
  const options = { commitMs: 5, leaseMs: 300, holdMs: 1_000 };
  const committer = new ChunkCommitter(store, fanOut, silentLogger, options);
  const agents = new AgentRegistry([new ScriptedAgent(script)]);
  const parts = { store, committer, agents, announcer: new Announcer(fanOut), recorder: new SloRecorder() };
  const executor = new RunExecutor(parts, { runTimeoutMs, holdMs: 1_000 }, silentLogger);
  const run = new LiveRun(store.claimOf('r'));
  return { store, fanOut, run, row: store.runs.get('r'), done: executor.execute(run) };
}

async function* hanging(): AsyncGenerator<Part> {
  yield text('so far');
  await new Promise(() => undefined);
}

describe('RunExecutor', () => {
  it('completes a run: attempt, chunks, end, in this order', async () => {
    const { fanOut, row, done } = setup(async function* () {
      yield text('Hello ');
      await Promise.resolve();
      yield text('😀'.slice(0, 1));
      yield text(`${'😀'.slice(1)}\0!`);
    });
    await done;
    expect(row).toMatchObject({ parts: [text('Hello 😀!')], end: { outcome: 'completed', error: null } });
    const names = fanOut.told.map(({ event }) => event);
    expect(names[0]).toBe('run.attempt');
    expect(names.at(-1)).toBe('run.ended');
    expect(fanOut.all('run.ended')).toMatchObject([{ length: 9, outcome: 'completed', attempt: 1 }]);
  });

  it('keeps what a failing agent wrote, and tells why', async () => {
    const { row, done } = setup(async function* () {
      yield text('Hel');
      await Promise.resolve();
      throw new AppError('agent_unavailable', 'The provider is down.');
    });
    await done;
    expect(row?.parts).toEqual([text('Hel')]);
    expect(row?.end).toMatchObject({
      outcome: 'failed',
      error: { code: 'agent_unavailable', message: 'The provider is down.', retryable: true },
    });
  });

  it.each([
    ['one piece of text', [text('a'.repeat(300_000))]],
    ['its text', Array.from({ length: 70 }, () => text('a'.repeat(4_096)))],
    ['its tool results', Array.from({ length: 5 }, (_, i) => result(i, 300_000))],
  ])('stops an answer that becomes too long by %s, and keeps what fits', async (_, parts) => {
    const { row, done } = setup(async function* () {
      yield text('So:');
      for (const part of parts) {
        await Promise.resolve();
        yield part;
      }
    });
    await done;
    expect(row?.end).toMatchObject({ outcome: 'failed', error: { code: 'agent_failed' } });
    expect(row?.parts[0]).toMatchObject({ type: 'text', text: expect.stringMatching(/^So:/) });
    expect(partsLength(row?.parts ?? [])).toBeLessThanOrEqual(CEILINGS.textUnits);
    expect(JSON.stringify(row?.parts).length).toBeLessThan(1_100_000);
  });

  it('hides the words of an unexpected fault', async () => {
    const { row, done } = setup(() => {
      throw new TypeError('cannot read secret of undefined');
    });
    await done;
    expect(row?.end?.error).toMatchObject({ code: 'agent_failed', retryable: true });
    expect(JSON.stringify(row?.end)).not.toContain('secret');
  });

  it('stops an agent that hangs, at the timeout, with what came', async () => {
    const { row, done } = setup(hanging, 100);
    await done;
    expect(row?.parts).toEqual([text('so far')]);
    expect(row?.end).toMatchObject({ outcome: 'failed', error: { code: 'agent_timeout', retryable: true } });
  });

  it('cancels an agent that hangs, and shows nothing afterwards', async () => {
    const { row, done, fanOut } = setup(hanging);
    await eventually(() => row?.parts.length === 1);
    if (row !== undefined) row.cancelRequested = true;
    await done;
    expect(row?.end).toMatchObject({ outcome: 'cancelled', error: null });
    expect(fanOut.told.at(-1)?.event).toBe('run.ended');
  });

  it('ends without a word when another attempt has the run', async () => {
    const { store, row, done, fanOut } = setup(hanging);
    await eventually(() => row?.parts.length === 1);
    store.claimOf('r');
    expect(await done).toBeUndefined();
    expect(row?.end).toBeUndefined();
    expect(fanOut.all('run.ended')).toEqual([]);
  });

  it('releases a run at shutdown and rings for it', async () => {
    const { run, row, done } = setup(hanging);
    await eventually(() => row?.parts.length === 1);
    run.stop('released');
    expect(await done).toBe('r');
    expect(row).toMatchObject({ released: true, end: undefined });
  });

  it('ends once, though the reply of the database was lost', async () => {
    const { store, fanOut, row, done } = setup(async function* () {
      await Promise.resolve();
      yield text('x');
    });
    let lost = false;
    store.after = () => {
      if (row?.end === undefined || lost) return;
      lost = true;
      throw new AppError('unavailable', 'the reply was lost');
    };
    await done;
    expect(lost).toBe(true);
    expect(row?.end?.outcome).toBe('completed');
    expect(fanOut.all('run.ended').length).toBeLessThanOrEqual(1);
  });

  it('keeps text whose commit got no reply when it is cancelled', async () => {
    const { store, run, row, done } = setup(hanging);
    let lost = false;
    store.after = () => {
      if (row?.parts.length !== 1 || row.end !== undefined) return;
      lost = true;
      throw new AppError('unavailable', 'the reply was lost');
    };
    await eventually(() => lost);
    run.stop('cancelled');
    await done;
    expect(row?.parts).toEqual([text('so far')]);
    expect(row?.end).toMatchObject({ outcome: 'cancelled', off: 0, parts: [text('so far')] });
  });

  it('does not let an agent write without end', async () => {
    const { row, done } = setup(async function* () {
      for (;;) {
        await Promise.resolve();
        yield text('x'.repeat(10_000));
      }
    });
    await done;
    expect(row?.end).toMatchObject({ outcome: 'failed', error: { code: 'agent_failed' } });
    expect(row?.parts).toHaveLength(1);
  });
});
