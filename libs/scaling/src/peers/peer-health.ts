import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { HealthRegistry, PeerViews } from '@holdfast/health';
import type { RedisConnections } from '@holdfast/redis';
import type { InstanceRegistry } from '../registry/instance-registry.port.js';
import { parseView, type View } from './view.js';

/** Interval of the exchange, in ms. */
const EXCHANGE_MS = 5_000;

/** Age at which a view says nothing any more, in ms. */
const FRESH_MS = 15_000;

/** Other instances that are asked at most; a larger fleet is judged by a part of it. */
const MAX_PEERS = 50;

/**
 * Tells the other instances which shared resources this one can use, and learns the same of them, so that each can tell
 * a fault of its own from an outage. With Redis away nobody learns anything, and every fault counts as shared.
 */
export class PeerHealth implements OnApplicationBootstrap, OnModuleDestroy {
  #views: PeerViews = new Map();
  #viewedAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    private readonly redis: RedisConnections,
    private readonly registry: InstanceRegistry,
    private readonly health: HealthRegistry,
    private readonly instanceId: string,
  ) {
    health.usePeers(() => (performance.now() - this.#viewedAt < FRESH_MS ? this.#views : new Map()));
  }

  onApplicationBootstrap(): void {
    void this.#run();
  }

  onModuleDestroy(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    try {
      await this.#exchange();
    } catch {
      // Redis is away: what was learnt grows old by itself.
    }
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#run(), EXCHANGE_MS * (0.9 + Math.random() / 5)).unref();
  }

  async #exchange(): Promise<void> {
    const { command, keys } = this.redis;
    await command.set(keys.instanceHealth(this.instanceId), JSON.stringify(this.#own()), 'PX', FRESH_MS);
    const instances = await this.registry.list();
    if (instances === 'unavailable') return;
    const peers = instances.map(({ instanceId }) => instanceId).filter((id) => id !== this.instanceId);
    const asked = peers.slice(0, MAX_PEERS);
    // All under one hash tag, as a command of several keys needs it on a cluster.
    const words = asked.length === 0 ? [] : await command.mget(asked.map((id) => keys.instanceHealth(id)));
    this.#views = tally(words.map((text) => (text === null ? {} : (parseView(text) ?? {}))));
    this.#viewedAt = performance.now();
  }

  /** Checks that have not been sampled yet say nothing. */
  #own(): View {
    const shared = [...this.health.views()].filter(([, { own, reason }]) => !own && reason !== 'pending');
    return Object.fromEntries(shared.map(([name, { state }]) => [name, state === 'down' ? 'down' : 'up']));
  }
}

function tally(views: readonly View[]): PeerViews {
  const counts = new Map<string, { up: number; down: number }>();
  for (const view of views) {
    for (const [check, state] of Object.entries(view)) {
      const count = counts.get(check) ?? { up: 0, down: 0 };
      count[state] += 1;
      counts.set(check, count);
    }
  }
  return counts;
}
