import { metrics, type Logger } from '@holdfast/observability';
import { keys, type Keys } from './keys.js';
import { openConnection, type RedisClient, type RedisConfig } from './open-connection.js';
import { ROLE_POLICIES, type RedisRole } from './role-policy.js';
import { watch } from './watchdog.js';

export type RedisState = 'up' | 'down';

/** Connections of one role. */
export interface RoleCount {
  readonly ready: number;
  readonly total: number;
}

/** Work that needs Redis once more before its connections close. */
type Farewell = () => Promise<unknown>;

const REVIVE_AFTER_MS = 500;
const PROBE_EVERY_MS = 1_000;
const QUIT_WITHIN_MS = 500;

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}

/**
 * Every Redis connection of the process. Opening never waits and never fails: a connection comes, goes and returns in
 * the background, and whoever uses one lives with Redis away.
 */
export class RedisConnections {
  /** Key and channel names under the configured prefix. */
  readonly keys: Keys;
  /** The shared connection for short commands; they fail at once while Redis is away. */
  readonly command: RedisClient;
  readonly #open = new Map<RedisClient, { readonly role: RedisRole; readonly unwatch: () => void }>();
  readonly #listeners = new Set<(state: RedisState) => void>();
  readonly #farewells: Farewell[] = [];
  readonly #probe: NodeJS.Timeout;
  #publish: RedisClient | undefined;
  #state: RedisState = 'down';

  constructor(
    private readonly config: RedisConfig,
    private readonly logger: Logger,
  ) {
    this.keys = keys(config.prefix);
    this.command = this.create('command');
    this.command.on('ready', () => {
      this.#become('up');
    });
    this.command.on('close', () => {
      this.#become('down');
    });
    // The event alone does not tell that a Redis which holds the connection has stopped answering.
    this.#probe = setInterval(() => void this.ping(), PROBE_EVERY_MS).unref();
  }

  /** What the last second knows about Redis. */
  get state(): RedisState {
    return this.#state;
  }

  /** The shared connection for hints. */
  get publish(): RedisClient {
    this.#publish ??= this.create('publish');
    return this.#publish;
  }

  /** Opens a connection of its own for the caller; it is closed by {@link release} or {@link close}. */
  create(role: RedisRole): RedisClient {
    const client = openConnection(this.config, role);
    const unwatch = ROLE_POLICIES[role].commandTimeout === null ? () => undefined : watch(client);
    this.#open.set(client, { role, unwatch });
    this.#observe(client, role);
    return client;
  }

  /** Calls `listener` at each change of {@link state}. @returns a function that ends it. */
  onStateChange(listener: (state: RedisState) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Registers last words: `farewell` runs when the connections are about to close. */
  beforeClose(farewell: Farewell): void {
    this.#farewells.push(farewell);
  }

  /** Asks Redis for an answer, within one second. */
  async ping(): Promise<boolean> {
    const answered = await this.command.ping().then(
      () => true,
      () => false,
    );
    this.#become(answered ? 'up' : 'down');
    return answered;
  }

  /** Open connections by role, and how many of them can be used now. */
  counts(): ReadonlyMap<RedisRole, RoleCount> {
    const counts = new Map<RedisRole, RoleCount>();
    for (const [client, { role }] of this.#open) {
      const { ready, total } = counts.get(role) ?? { ready: 0, total: 0 };
      counts.set(role, { ready: ready + (client.status === 'ready' ? 1 : 0), total: total + 1 });
    }
    return counts;
  }

  /** Closes one connection that {@link create} opened. */
  async release(client: RedisClient): Promise<void> {
    this.#open.get(client)?.unwatch();
    this.#open.delete(client);
    if (client.status === 'ready') await within(QUIT_WITHIN_MS, client.quit());
    if (client.status !== 'end') client.disconnect();
  }

  /** Says farewell, then closes every connection, all within about `timeoutMs`. */
  async close(timeoutMs = 1_000): Promise<void> {
    const farewells = this.#farewells.splice(0).map((farewell) => farewell());
    await within(timeoutMs, Promise.allSettled(farewells));
    clearInterval(this.#probe);
    this.#listeners.clear();
    await Promise.all([...this.#open.keys()].map((client) => this.release(client)));
  }

  #observe(client: RedisClient, role: RedisRole): void {
    const up = metrics.gauge('holdfast_redis_up');
    let told = false;
    client.on('error', (error: Error) => {
      // One line per outage: reconnection repeats the same error up to twenty times a second.
      if (told) return;
      told = true;
      this.logger.warn({ err: error, role }, 'redis connection failed; trying again until it returns');
    });
    client.on('ready', () => {
      up.set({ role }, 1);
      if (told) this.logger.info({ role }, 'redis connection is back');
      told = false;
    });
    let wasOpen = false;
    client.on('connecting', () => {
      wasOpen = false;
    });
    client.on('close', () => {
      wasOpen = true;
      up.set({ role }, 0);
    });
    // A connection that is cut while it is being opened gives up for good; ours never do.
    client.on('end', () => {
      const revive = (): void => {
        if (this.#open.has(client) && client.status === 'end') client.connect().catch(() => undefined);
      };
      if (!wasOpen) setTimeout(revive, REVIVE_AFTER_MS).unref();
    });
  }

  #become(state: RedisState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of this.#listeners) {
      try {
        listener(state);
      } catch (error) {
        this.logger.error({ err: error }, 'a listener of the redis state failed');
      }
    }
  }
}
