import { AppError } from '@holdfast/contracts';
import { metrics } from '@holdfast/observability';
import type pg from 'pg';
import { Deadline } from './pool/deadline.js';
import { toAppError } from './pool/pg-errors.js';
import { createPool, epochOf, type PoolOptions } from './pool/pg-pool.js';

/** A statement with a fixed text; the name lets a connection prepare it once. One name, one text. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Bounds of one call. */
export interface CallOptions {
  /** Deadline in ms, waiting for a connection included; by default the configured one. */
  readonly timeoutMs?: number;
}

/** Rows together with the history that they come from. */
export interface ReadResult<Row> {
  readonly rows: Row[];
  readonly epoch: string;
}

/** An open transaction; it must not be used after its function has returned. */
export interface Tx {
  /** Identity of the history that this transaction writes. */
  readonly epoch: string;
  query<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
}

/** Load of the pool. */
export interface PoolStats {
  readonly total: number;
  readonly idle: number;
  readonly waiting: number;
  readonly max: number;
}

/** Watches one call of {@link Database} from its beginning; `bad`: the database did not do what it has to. */
export type CallObserver = () => { good(): void; bad(): void };

/** Codes by which a call failed because of the database, and not of what was asked. */
const OWN_FAULTS: ReadonlySet<string> = new Set(['unavailable', 'busy', 'timeout', 'internal']);

/** Callers that wait for a connection; beyond it a call is refused at once. */
const MAX_WAITING = 2_000;

/**
 * The way to Postgres. Every call has a client-side deadline that includes the wait for a connection; past it the
 * connection is destroyed, the outcome is unknown, and the caller gets `unavailable`. Faults of the server and of the way
 * to it are thrown as `AppError` only, and a lost server is used again as soon as it is back.
 */
export class Database {
  private readonly pool: pg.Pool;
  private closed: Promise<void> | undefined;
  private observer: CallObserver | undefined;

  constructor(private readonly options: PoolOptions) {
    this.pool = createPool(options);
  }

  /**
   * Runs one statement in its own transaction.
   * @throws AppError `unavailable` past the deadline or without a server, `busy` on a lock, `invalid` for a value
   */
  async query<Row>(statement: Statement, values: readonly unknown[] = [], options: CallOptions = {}): Promise<Row[]> {
    return (await this.read<Row>(statement, values, options)).rows;
  }

  /** As {@link query}, with the epoch of the server that answered. */
  async read<Row>(
    statement: Statement,
    values: readonly unknown[] = [],
    options: CallOptions = {},
  ): Promise<ReadResult<Row>> {
    if (this.outlastsServer(options)) {
      return this.transaction(
        async (tx) => ({ rows: await tx.query<Row>(statement, values), epoch: tx.epoch }),
        options,
      );
    }
    return this.withClient(statement.name, options, async (client) => ({
      rows: await send<Row>(client, statement, values),
      epoch: epochOf(client),
    }));
  }

  /**
   * Runs `work` in one transaction, which commits when it returns and rolls back when it throws.
   * @throws AppError as {@link query}; what `work` throws passes through
   */
  transaction<T>(work: (tx: Tx) => Promise<T>, options: CallOptions = {}): Promise<T> {
    return this.withClient('transaction', options, async (client, deadline) => {
      await control(client, 'begin');
      try {
        if (this.outlastsServer(options)) {
          await control(client, `set local statement_timeout = ${String(Math.ceil(options.timeoutMs ?? 0))}`);
        }
        const result = await work(transactionOn(client, deadline));
        const command = await control(client, 'commit');
        if (command !== 'COMMIT') throw new AppError('internal', 'The transaction had failed and was rolled back.');
        return result;
      } catch (error) {
        // A connection goes back into the pool only in a clean state: a rollback that fails gets it destroyed.
        if (!deadline.isPast) await control(client, 'rollback');
        throw error;
      }
    });
  }

  /** Has every later call watched, waiting for a connection included; a transaction is one call. */
  observe(observer: CallObserver): void {
    this.observer = observer;
  }

  /** The epoch of the server that answers now. */
  async epoch(): Promise<string> {
    return (await this.read({ name: 'epoch', text: 'select 1' })).epoch;
  }

  /** Round-trip time of the smallest statement, in ms. */
  async ping(options: CallOptions = {}): Promise<number> {
    const start = performance.now();
    await this.query({ name: 'ping', text: 'select 1' }, [], options);
    return performance.now() - start;
  }

  poolStats(): PoolStats {
    const { totalCount: total, idleCount: idle, waitingCount: waiting } = this.pool;
    return { total, idle, waiting, max: this.options.poolMax };
  }

  /** Closes every connection once its call has ended; later calls are refused. Idempotent. */
  close(): Promise<void> {
    this.closed ??= this.pool.end();
    return this.closed;
  }

  private outlastsServer({ timeoutMs }: CallOptions): boolean {
    return timeoutMs !== undefined && timeoutMs > this.options.timeoutMs;
  }

  private async withClient<T>(
    label: string,
    { timeoutMs = this.options.timeoutMs }: CallOptions,
    work: (client: pg.PoolClient, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    const deadline = new Deadline(timeoutMs, () => {
      metrics.counter('holdfast_database_timeouts_total').inc({ statement: label });
      return new AppError('unavailable', 'The database did not answer in time.', { retryAfterMs: 500 });
    });
    const observed = this.observer?.();
    try {
      const client = await this.acquire(deadline);
      const working = work(client, deadline);
      try {
        const result = await Promise.race([working, deadline.expired]);
        client.release();
        observed?.good();
        return result;
      } catch (error) {
        working.catch(() => undefined);
        client.release(deadline.isPast || (error instanceof AppError && error.code === 'unavailable'));
        throw error;
      }
    } catch (error) {
      if (error instanceof AppError && OWN_FAULTS.has(error.code)) observed?.bad();
      else observed?.good();
      throw error;
    } finally {
      deadline.clear();
    }
  }

  private async acquire(deadline: Deadline): Promise<pg.PoolClient> {
    if (this.pool.waitingCount >= MAX_WAITING) {
      throw new AppError('unavailable', 'Too many callers wait for the database.', { retryAfterMs: 1_000 });
    }
    const connecting = this.pool.connect();
    try {
      return await Promise.race([connecting, deadline.expired]);
    } catch (error) {
      // A connection that arrives too late serves the next caller.
      connecting.then(
        (client) => {
          client.release();
        },
        () => undefined,
      );
      throw toAppError(error);
    }
  }
}

async function send<Row>(client: pg.PoolClient, { name, text }: Statement, values: readonly unknown[]): Promise<Row[]> {
  const observe = metrics.histogram('holdfast_database_seconds').startTimer({ statement: name });
  try {
    return (await client.query({ name, text, values: [...values] })).rows as Row[];
  } catch (error) {
    throw toAppError(error);
  } finally {
    observe();
  }
}

async function control(client: pg.PoolClient, text: string): Promise<string> {
  try {
    return (await client.query(text)).command;
  } catch (error) {
    throw toAppError(error);
  }
}

function transactionOn(client: pg.PoolClient, deadline: Deadline): Tx {
  return {
    epoch: epochOf(client),
    query: async (statement, values = []) => {
      // The connection belongs to somebody else, or to nobody, once the deadline has passed.
      if (deadline.isPast) return deadline.expired;
      return send(client, statement, values);
    },
  };
}
