import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InstanceInfo, type AppName } from '@holdfast/contracts';
import { metrics } from '@holdfast/observability';
import type { RedisConnections } from '@holdfast/redis';
import type { Shutdown } from '@holdfast/shutdown';
import * as z from 'zod/mini';
import { InstanceRegistry, type InstanceLoad } from './instance-registry.port.js';

export interface InstanceIdentity {
  readonly app: AppName;
  readonly instanceId: string;
  readonly version: string;
  /** Interval of heartbeats, in ms; an instance is gone after three missed ones. */
  readonly heartbeatMs: number;
}

const MISSED = 3;
const MAX_LISTED = 1_000;
const NS_PER_MS = 1e6;

/** An instance's own words; how old they are, only Redis knows. */
const Heartbeat = z.omit(InstanceInfo, { ageMs: true });

/** The registry in Redis: one key per instance that expires, and an index of them. */
@Injectable()
export class RedisInstanceRegistry extends InstanceRegistry implements OnApplicationBootstrap {
  readonly #startedAt = new Date().toISOString();
  readonly #loopDelay = monitorEventLoopDelay({ resolution: 20 });
  #load: () => InstanceLoad = () => ({ connections: 0 });
  #timer: NodeJS.Timeout | undefined;
  #gone = false;

  constructor(
    private readonly connections: RedisConnections,
    private readonly shutdown: Shutdown,
    private readonly identity: InstanceIdentity,
  ) {
    super();
  }

  onApplicationBootstrap(): void {
    this.#loopDelay.enable();
    void this.#beat();
    // A Redis that comes back empty learns of everybody at once.
    this.connections.onStateChange((state) => {
      if (state === 'up') void this.#beat();
    });
    this.shutdown.onShutdown('instance-registry', { phase: 'mark', timeoutMs: 500 }, () => this.#beat());
    this.connections.beforeClose(() => this.#leave());
  }

  override reportLoad(load: () => InstanceLoad): void {
    this.#load = load;
  }

  override async list(): Promise<readonly InstanceInfo[] | 'unavailable'> {
    const { command, keys } = this.connections;
    try {
      const ids = await command.zrevrange(keys.instances, 0, MAX_LISTED - 1);
      const infos = await Promise.all(ids.map((id) => this.#read(id)));
      return infos.filter((info) => info !== undefined);
    } catch {
      return 'unavailable';
    }
  }

  get #ttlMs(): number {
    return this.identity.heartbeatMs * MISSED;
  }

  async #read(instanceId: string): Promise<InstanceInfo | undefined> {
    const { command, keys } = this.connections;
    const key = keys.instance(instanceId);
    const [text, ttlMs] = await Promise.all([command.get(key), command.pttl(key)]);
    if (text === null || ttlMs < 0) {
      // Gone without a word; if it is not, its next heartbeat puts it back.
      command.zrem(keys.instances, instanceId).catch(() => undefined);
      return undefined;
    }
    const heartbeat = this.#parse(text);
    return heartbeat && { ...heartbeat, ageMs: Math.max(0, this.#ttlMs - ttlMs) };
  }

  #parse(text: string): z.infer<typeof Heartbeat> | undefined {
    try {
      const parsed = Heartbeat.safeParse(JSON.parse(text));
      if (parsed.success) return parsed.data;
    } catch {
      // Not even JSON: counted like any other corruption.
    }
    metrics.counter('holdfast_ignored_packets_total').inc({ source: 'registry' });
    return undefined;
  }

  async #beat(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#gone) return;
    const { heartbeatMs } = this.identity;
    // Jittered, so that a fleet started at once does not beat at once.
    this.#timer = setTimeout(() => void this.#beat(), heartbeatMs * (0.9 + Math.random() / 5)).unref();
    const { command, keys } = this.connections;
    const { instanceId } = this.identity;
    const words = JSON.stringify(this.#words());
    try {
      await command
        .multi()
        .set(keys.instance(instanceId), words, 'PX', this.#ttlMs)
        .zadd(keys.instances, Date.now(), instanceId)
        .exec();
    } catch {
      // Redis is away; its return triggers the next one.
    }
  }

  #words(): z.infer<typeof Heartbeat> {
    const { app, instanceId, version } = this.identity;
    const p99 = this.#loopDelay.percentile(99) / NS_PER_MS;
    this.#loopDelay.reset();
    return {
      app,
      instanceId,
      version,
      state: this.shutdown.isDraining ? 'draining' : 'ready',
      startedAt: this.#startedAt,
      connections: this.#load().connections,
      loopLagMs: Number.isFinite(p99) ? Math.round(p99 * 10) / 10 : 0,
    };
  }

  async #leave(): Promise<void> {
    this.#gone = true;
    clearTimeout(this.#timer);
    this.#loopDelay.disable();
    const { command, keys } = this.connections;
    const { instanceId } = this.identity;
    await command.multi().del(keys.instance(instanceId)).zrem(keys.instances, instanceId).exec();
  }
}
