import { AppError } from '@holdfast/contracts';
import pg from 'pg';
import { StandbyError } from './standby-error.js';

/** What a pool of connections needs to know. */
export interface PoolOptions {
  readonly url: string;
  readonly poolMax: number;
  /** Deadline of a call, waiting for a connection included, in ms. */
  readonly timeoutMs: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
  /** Told about every connection that is lost while idle; the pool recovers by itself. */
  readonly onConnectionLost?: (error: Error) => void;
}

/** Identity of the history that a connection reads: `<system identifier>:<timeline>`. */
const epochs = new WeakMap<pg.ClientBase, string>();

/**
 * One round trip per new connection. The timeouts make the server give up what the client has given up; read committed
 * is what the functions rely on; a commit that did not reach the disk must not be acknowledged. The timeline comes from
 * the write-ahead log because the control file learns of a promotion only at the next checkpoint.
 */
const GREETING = `
select pg_is_in_recovery() as standby,
       system.system_identifier::text || ':' ||
         case when pg_is_in_recovery() then 'standby'
              else ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int::text end as epoch,
       set_config('statement_timeout', $1, false),
       set_config('lock_timeout', $2, false),
       set_config('idle_in_transaction_session_timeout', $1, false),
       set_config('default_transaction_isolation', 'read committed', false),
       set_config('synchronous_commit', case current_setting('synchronous_commit')
         when 'off' then 'on' else current_setting('synchronous_commit') end, false),
       case when version() ~* 'linux|darwin|bsd' then set_config('client_connection_check_interval', '1000', false) end
from pg_control_system() as system`;

interface Greeting {
  standby: boolean;
  epoch: string;
}

async function greet(client: pg.ClientBase, timeoutMs: number): Promise<void> {
  let rows: Greeting[];
  try {
    const values = [String(timeoutMs), String(Math.ceil(timeoutMs / 2))];
    // query_timeout bounds a server that accepted the connection and then fell silent.
    const config = { text: GREETING, values, query_timeout: timeoutMs };
    rows = (await client.query<Greeting>(config)).rows;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '42501') {
      throw new AppError(
        'internal',
        'The database role may not read the server identity: grant it EXECUTE on pg_control_system().',
        { cause: error },
      );
    }
    throw error;
  }
  const [greeting] = rows;
  if (greeting === undefined || greeting.standby) {
    throw new StandbyError();
  }
  epochs.set(client, greeting.epoch);
}

/** Counters and seqs are bigint in Postgres and stay far below 2^53. */
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);

/** The epoch of a connection of {@link createPool}. */
export function epochOf(client: pg.ClientBase): string {
  const epoch = epochs.get(client);
  if (epoch === undefined) throw new AppError('internal', 'The connection was not greeted.');
  return epoch;
}

/** A pool whose connections are greeted before use, and whose losses never become an unhandled event. */
export function createPool(options: PoolOptions): pg.Pool {
  const { url, poolMax, timeoutMs } = options;
  const lost = (error: Error) => options.onConnectionLost?.(error);
  const pool = new pg.Pool({
    connectionString: url,
    max: poolMax,
    connectionTimeoutMillis: timeoutMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    application_name: options.applicationName ?? 'holdfast',
    types,
    // The pool awaits it, whatever its types say.
    // eslint-disable-next-line @typescript-eslint/no-misused-promises
    onConnect: (client) => greet(client, timeoutMs),
  });
  // A connection that breaks while it is checked out, between two statements, tells nobody else.
  pool.on('connect', (client) => client.on('error', lost));
  pool.on('error', lost);
  return pool;
}
