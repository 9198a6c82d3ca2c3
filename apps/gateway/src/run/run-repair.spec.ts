import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Part, RunStatus } from '@holdfast/contracts';
import type { Principal } from '@holdfast/conversation';
import type { Database } from '@holdfast/database';
import type { LocalFanOut } from '../publish/local-fan-out.service.js';
import { RunProgress } from './run-progress.service.js';
import { RunRepair } from './run-repair.service.js';

const [threadId, runId, agentId] = [1, 2, 3].map((n) => `0199c0de-0000-7000-8000-00000000000${String(n)}`) as [
  string,
  string,
  string,
];
const text = (value: string): Part[] => [{ type: 'text', text: value }];
const ann: Principal = { tenantId: 't', userId: 'ann', roles: [] };
const bob: Principal = { ...ann, userId: 'bob' };

/** What Postgres has of the run, and who may read it. */
interface Stored {
  members: Principal[];
  status: RunStatus;
  value: string;
}

describe('RunRepair', () => {
  let stored: Stored;
  let progress: RunProgress;
  let repair: RunRepair;
  let told: { name: string; payload: object }[];

  const targetAt = (memberVersion: number) => ({ tenantId: 't', threadId, memberVersion });
  /** What a poll at this member version found, and whom it asks for. */
  const check = (memberVersion: number, reader: Principal) => {
    const runs = stored.status === 'running' ? [{ runId, attempt: 1, length: stored.value.length }] : [];
    return repair.check(targetAt(memberVersion), runs, reader);
  };

  beforeEach(() => {
    stored = { members: [ann, bob], status: 'running', value: 'Hello' };
    told = [];
    progress = new RunProgress();
    const query = (_: unknown, values: unknown[]) => {
      const { members, status, value } = stored;
      const [readerId] = values[4] as string[];
      if (!members.some(({ userId }) => userId === readerId)) return Promise.resolve([]);
      return Promise.resolve([
        { index: 0, status, attempt: 1, length: value.length, first_off: 0, chunks: [text(value)] },
      ]);
    };
    const toThread = (target: ReturnType<typeof targetAt>, name: string, payload: object) => {
      told.push({ name, payload });
      progress.passed(target, name, payload);
    };
    repair = new RunRepair({ query } as unknown as Database, progress, { toThread } as unknown as LocalFanOut);
    progress.passed(targetAt(1), 'run.attempt', { threadId, runId, agentId, attempt: 1, base: 0 });
  });

  it('goes on for the others if the reader was removed after the poll', async () => {
    stored.members = [bob];
    await check(1, ann);
    expect(told).toEqual([]);
    expect([...progress.of(threadId).keys()]).toEqual([runId]);
    await check(2, bob);
    expect(told).toMatchObject([{ name: 'run.snapshot', payload: { runId, attempt: 1, parts: text('Hello') } }]);
    progress.passed(targetAt(2), 'run.chunk', { threadId, runId, attempt: 1, off: 5, parts: text('!') });
    expect(progress.of(threadId).get(runId)).toEqual({ attempt: 1, length: 6 });
    stored.value = 'Hello! More';
    await check(2, bob);
    expect(told[1]).toMatchObject({ name: 'run.snapshot', payload: { parts: text('Hello! More') } });
  });

  it('tells the others of the end, though one reader after the other was removed', async () => {
    stored = { members: [bob], status: 'completed', value: 'Hello' };
    await check(1, ann);
    await check(2, ann);
    expect(told).toEqual([]);
    await check(3, bob);
    expect(told).toMatchObject([
      { name: 'run.ended', payload: { runId, attempt: 1, length: 5, outcome: 'completed' } },
    ]);
    expect(progress.of(threadId).size).toBe(0);
  });

  it('lets go of a run that nobody can read any more, and takes it up again if it is alive', async () => {
    stored = { members: [], status: 'completed', value: 'Hello' };
    await check(1, ann);
    await check(1, ann);
    expect(progress.of(threadId).size).toBe(0);
    stored = { members: [ann], status: 'running', value: 'Hello' };
    await check(1, ann);
    expect(told).toMatchObject([{ name: 'run.snapshot', payload: { runId, parts: text('Hello') } }]);
    expect(progress.of(threadId).size).toBe(1);
  });
});
