import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ShutdownEntry } from '@holdfast/contracts';
import { createLogger } from '@holdfast/observability';
import type { ShutdownReport } from '@holdfast/shutdown';
import { freePort, testDatabase, type TestDatabase } from '@holdfast/testing';
import { Database, ShutdownHistory } from '../src/index.js';

function report(changes: Partial<ShutdownReport> = {}): ShutdownReport {
  const step = { name: 'runs', outcome: 'overran' as const, startedMs: 1, ms: 5, left: 2, facts: { released: 1 } };
  return {
    id: randomUUID(),
    reason: 'SIGTERM',
    startedAt: new Date().toISOString(),
    ms: 10,
    exitCode: 1,
    phases: [{ phase: 'agents', outcome: 'incomplete', startedMs: 1, ms: 5, left: 2, steps: [step] }],
    abandoned: [{ phase: 'agents', step: 'runs', outcome: 'overran', left: 2 }],
    ...changes,
  };
}

describe('the history of shutdowns', () => {
  let database: TestDatabase;
  let pool: Database;
  let lines: string[];

  beforeAll(async () => {
    database = await testDatabase();
    pool = new Database({ url: database.url, poolMax: 2, timeoutMs: 2_000 });
  });

  afterAll(async () => {
    await pool.close();
    await database.drop();
  });

  function history(instanceId: string, on = pool): ShutdownHistory {
    lines = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const logger = createLogger({ app: 'test', instanceId, level: 'info', pretty: false, destination });
    return new ShutdownHistory(on, { app: 'gateway', instanceId }, logger);
  }

  it('has one entry for each shutdown, as it was written last, the latest first', async () => {
    const draft = report({ startedAt: '2026-01-01T00:00:00.000Z' });
    await history('a').keep(draft);
    await history('a').keep({ ...draft, ms: 99, exitCode: 0, abandoned: [] });
    await history('b').keep(report());
    const all = await history('c').list({ limit: 10 });
    expect(all.map(({ instanceId }) => instanceId)).toEqual(['b', 'a']);
    expect(all[1]).toMatchObject({ ms: 99, exitCode: 0, abandoned: [], at: draft.startedAt, phases: draft.phases });
    for (const entry of all) expect(ShutdownEntry.parse(entry)).toEqual(entry);
    expect(await history('c').list({ instanceId: 'b', limit: 10 })).toHaveLength(1);
    expect(await history('c').list({ app: 'agent-worker', limit: 10 })).toEqual([]);
    expect(await history('c').list({ before: '2026-01-01T00:00:00.000Z', limit: 10 })).toEqual([]);
  });

  it('drops what is old or too much', async () => {
    const many = `insert into ops.shutdown select gen_random_uuid(), now() - make_interval(secs => n), 'm', 'gateway', 'SIGTERM',
                  1, 0, '[]', '[]' from generate_series(1, 2500) n`;
    await pool.query({ name: 'test_many', text: many });
    await (history('a') as unknown as { purge(): Promise<void> }).purge();
    const [row] = await pool.query<{ rows: number; oldest: Date }>({
      name: 'test_count',
      text: 'select count(*)::int as rows, min(at) as oldest from ops.shutdown',
    });
    expect(row?.rows).toBe(2_000);
    expect(Date.now() - (row?.oldest.getTime() ?? 0)).toBeLessThan(3_600_000);
  });

  it('says so, once and soon, if Postgres is away', async () => {
    const url = new URL(database.url);
    url.port = String(await freePort());
    const away = new Database({ url: url.href, poolMax: 1, timeoutMs: 2_000 });
    const startedAt = performance.now();
    const silent = history('a', away);
    await silent.keep(report());
    await silent.keep(report());
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect(lines.filter((line) => line.includes('only in the log'))).toHaveLength(1);
    await away.close();
  });
});
