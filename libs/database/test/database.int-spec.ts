import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AppError } from '@holdfast/contracts';
import { eventually, startPostgres, testDatabase, type RunningServer, type TestDatabase } from '@holdfast/testing';
import { Database, isDataError, isUniqueViolation, type PoolOptions } from '../src/index.js';

jest.setTimeout(60_000);

const SLEEP = { name: 'sleep', text: 'select pg_sleep($1)' };
const ONE = { name: 'one', text: 'select 1 as one' };
const open: Database[] = [];

function connect(url: string, options: Partial<PoolOptions> = {}): Database {
  const db = new Database({ url, poolMax: 2, timeoutMs: 1_000, ...options });
  open.push(db);
  return db;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((db) => db.close()));
});

/** Time that a call takes, in ms, and the fault that it ends in. */
async function faultOf(call: Promise<unknown>): Promise<{ error: AppError; ms: number }> {
  const start = performance.now();
  try {
    await call;
  } catch (error) {
    if (error instanceof AppError) return { error, ms: performance.now() - start };
    throw error;
  }
  throw new Error('it succeeded');
}

describe('Database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.drop());

  it('gives up past the deadline, tells nothing of the driver, and goes on with a new connection', async () => {
    const db = connect(database.url, { poolMax: 1 });
    const { error, ms } = await faultOf(db.query(SLEEP, [30], { timeoutMs: 200 }));
    expect(error).toMatchObject({ code: 'unavailable', retryable: true });
    expect(error.retryAfterMs).toBeGreaterThan(0);
    expect(ms).toBeLessThan(600);
    expect(await db.query(ONE)).toEqual([{ one: 1 }]);
  });

  it('counts the wait for a connection into the deadline, and serves who waits in time', async () => {
    const db = connect(database.url, { poolMax: 1 });
    const long = db.query(SLEEP, [0.4]);
    await eventually(() => db.poolStats().total === 1);
    const [late, patient] = await Promise.all([faultOf(db.query(ONE, [], { timeoutMs: 100 })), db.query(ONE)]);
    expect(late.error.code).toBe('unavailable');
    expect(patient).toEqual([{ one: 1 }]);
    await long;
    expect(db.poolStats()).toMatchObject({ total: 1, idle: 1, waiting: 0 });
  });

  it('lets a call that asks for it outlast the default deadline', async () => {
    const db = connect(database.url, { timeoutMs: 300 });
    await db.query(SLEEP, [0.6], { timeoutMs: 5_000 });
    expect((await faultOf(db.query(SLEEP, [0.6]))).error.code).toBe('unavailable');
  });

  it('rolls back what throws, and refuses a transaction whose failure was swallowed', async () => {
    const db = connect(database.url);
    const insert = {
      name: 'tenant',
      text: `insert into chat.tenant (id, slug, name) values (gen_random_uuid(), $1, 'x')`,
    };
    const count = { name: 'tenants', text: `select count(*) as n from chat.tenant where slug = 'a'` };
    const refusal = new AppError('forbidden', 'no');
    const thrown = db.transaction(async (tx) => {
      await tx.query(insert, ['a']);
      throw refusal;
    });
    await expect(thrown).rejects.toBe(refusal);
    const swallowed = db.transaction(async (tx) => {
      await tx.query(insert, ['a']);
      await tx.query(insert, ['a']).catch(() => undefined);
    });
    await expect(swallowed).rejects.toMatchObject({ code: 'internal' });
    expect(await db.query(count)).toEqual([{ n: 0 }]);
    await db.query(insert, ['a']);
    const { error } = await faultOf(db.query(insert, ['a']));
    expect(isUniqueViolation(error, 'tenant_slug_key')).toBe(true);
    expect(isUniqueViolation(error, 'another')).toBe(false);
  });

  it('tells a refused value from a broken statement, in words that are fit for anybody', async () => {
    const db = connect(database.url);
    const value = await faultOf(db.query({ name: 'cast', text: 'select $1::text::uuid' }, ['secret-value']));
    expect(isDataError(value.error)).toBe(true);
    expect(value.error.code).toBe('invalid');
    expect(JSON.stringify(value.error.toWire())).not.toContain('secret-value');
    const broken = await faultOf(db.query({ name: 'broken', text: 'select from_nowhere' }));
    expect(broken.error.code).toBe('internal');
    expect(isDataError(broken.error)).toBe(false);
  });

  it('answers busy on a lock that somebody keeps', async () => {
    const db = connect(database.url);
    const lock = { name: 'lock', text: 'lock table chat.tenant' };
    await db.transaction(async (tx) => {
      await tx.query(lock);
      const { error } = await faultOf(db.transaction((other) => other.query(lock)));
      expect(error).toMatchObject({ code: 'busy', retryable: true });
    });
  });

  it('names the history that it reads, the same for every connection', async () => {
    const db = connect(database.url);
    const epoch = await db.epoch();
    expect(epoch).toMatch(/^\d+:\d+$/);
    expect(await db.transaction((tx) => Promise.resolve(tx.epoch))).toBe(epoch);
    expect(await connect(database.url).epoch()).toBe(epoch);
  });

  it('reads bigints as numbers and refuses calls after it was closed', async () => {
    const db = connect(database.url);
    expect(await db.query({ name: 'big', text: 'select 9007199254740991::bigint as n' })).toEqual([
      { n: Number.MAX_SAFE_INTEGER },
    ]);
    await db.close();
    await db.close();
    expect((await faultOf(db.query(ONE))).error.code).toBe('unavailable');
  });
});

describe('a Postgres that fails', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.dispose());

  it('is killed under load: calls answer unavailable, and succeed again once it is back', async () => {
    const lost: Error[] = [];
    const db = connect(server.url, { poolMax: 4, timeoutMs: 2_000, onConnectionLost: (error) => lost.push(error) });
    await Promise.all([1, 2, 3, 4].map(() => db.query(ONE)));
    const idleInTransaction = db.transaction(async (tx) => {
      await tx.query(ONE);
      server.signal('SIGKILL');
      await eventually(() => lost.length > 0);
      return tx.query(ONE);
    });
    const inFlight = [1, 2].map(() => faultOf(db.query(SLEEP, [20])));
    const faults = await Promise.all([faultOf(idleInTransaction), ...inFlight]);
    expect(faults.map(({ error }) => error.code)).toEqual(['unavailable', 'unavailable', 'unavailable']);
    expect((await faultOf(db.query(ONE))).error.code).toBe('unavailable');
    await server.restart();
    await eventually(async () => (await db.query(ONE)).length === 1, { timeoutMs: 10_000 });
  });

  it('hangs: calls answer unavailable within their deadline, and succeed again once it goes on', async () => {
    const db = connect(server.url, { poolMax: 2, timeoutMs: 500 });
    const backends = await db.query<{ pid: number }>({
      name: 'backends',
      text: `select pid from pg_stat_activity where backend_type = 'client backend'`,
    });
    const signalAll = (signal: NodeJS.Signals) => {
      server.signal(signal);
      for (const { pid } of backends) process.kill(pid, signal);
    };
    signalAll('SIGSTOP');
    try {
      const faults = await Promise.all([1, 2, 3, 4, 5].map(() => faultOf(db.query(ONE))));
      for (const { error, ms } of faults) {
        expect(error.code).toBe('unavailable');
        expect(ms).toBeLessThan(1_500);
      }
      const fresh = await faultOf(db.transaction((tx) => tx.query(ONE)));
      expect(fresh.ms).toBeLessThan(1_500);
    } finally {
      signalAll('SIGCONT');
    }
    await eventually(async () => (await db.query(ONE)).length === 1, { timeoutMs: 10_000 });
  });

  it('was never there: calls answer unavailable at once', async () => {
    const { error } = await faultOf(connect('postgres://nobody@127.0.0.1:1/none').query(ONE));
    expect(error).toMatchObject({ code: 'unavailable', message: 'The database does not answer.' });
  });
});
