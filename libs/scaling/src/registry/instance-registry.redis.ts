import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { InstanceDetail } from '@holdfast/contracts';
import type { RedisConnections } from '@holdfast/redis';
import type { Shutdown } from '@holdfast/shutdown';
import { InstanceRegistry, type Census, type InstanceLoad } from './instance-registry.port.js';
import { BEAT } from './lease-scripts.js';
import { newLease, type LeaseOwner } from './lease.js';
import { LeaseReader } from './lease-reader.js';
import type { Heartbeat } from './heartbeat.js';

export interface InstanceIdentity extends LeaseOwner {
  readonly version: string;
  /** Interval of heartbeats, in ms; an instance is gone after three missed ones. */
  readonly heartbeatMs: number;
}

const MISSED = 3;
/** Longest time to tell the others that this instance leaves, in ms. */
const TELL_WITHIN_MS = 400;
/** Earlier leases that are remembered. */
const MAX_FORMER = 5;
const NS_PER_MS = 1e6;

type Renewal = () => void;
/** Takes back what was registered; answers whether nothing is left. */
type Farewell = () => Promise<boolean>;

/**
 * The registry in Redis: one expiring key per lease, and a list of the leases. A heartbeat refreshes one key, whatever
 * the number of connections: those live and die with the lease.
 *
 *     unregistered ──heartbeat accepted──▶ registered ──Redis away──▶ unregistered
 *           ▲                                  │
 *           └──────── new lease ◀── the lease had ended (frozen, cut off, Redis emptied)
 */
@Injectable()
export class RedisInstanceRegistry extends InstanceRegistry implements OnApplicationBootstrap {
  readonly #startedAt = new Date().toISOString();
  readonly #loopDelay = monitorEventLoopDelay({ resolution: 20 });
  readonly #listeners: Renewal[] = [];
  readonly #farewells: Farewell[] = [];
  readonly #reader: LeaseReader;
  #load: () => InstanceLoad = () => ({ connections: 0, outboundBytes: 0 });
  #timer: NodeJS.Timeout | undefined;
  #lease: string;
  #former: readonly string[] = [];
  /** Whether the present lease was accepted once; from then on it is only renewed. */
  #began = false;
  #registered = false;
  #gone = false;

  constructor(
    private readonly connections: RedisConnections,
    private readonly shutdown: Shutdown,
    readonly identity: InstanceIdentity,
  ) {
    super();
    this.#lease = newLease(identity);
    this.#reader = new LeaseReader(connections);
  }

  onApplicationBootstrap(): void {
    this.#loopDelay.enable();
    void this.#beat();
    // A Redis that comes back empty learns of everybody at once.
    this.connections.onStateChange((state) => {
      if (state === 'up') void this.#beat();
      else this.#registered = false;
    });
    // Tells the others as soon as it can; with Redis away there is nobody to tell, and nothing to wait for.
    this.shutdown.onShutdown('instance-registry', { phase: 'mark', timeoutMs: 500 }, () =>
      Promise.race([this.#beat(), delay(TELL_WITHIN_MS, undefined, { ref: false })]),
    );
    this.connections.beforeClose(() => this.#leave());
  }

  /** What this instance registers under now. */
  get lease(): string {
    return this.#lease;
  }

  /** What it registered under before, the latest last. */
  get formerLeases(): readonly string[] {
    return this.#former;
  }

  /** Whether Redis accepted the lease since it was last away. */
  get isRegistered(): boolean {
    return this.#registered;
  }

  /** Calls `listener` whenever everything has to be registered again: the lease is new, or Redis was away. */
  onRegistered(listener: Renewal): void {
    this.#listeners.push(listener);
  }

  /** Registers what has to be taken back before this instance says goodbye. */
  beforeLeaving(farewell: Farewell): void {
    this.#farewells.push(farewell);
  }

  override reportLoad(load: () => InstanceLoad): void {
    this.#load = load;
  }

  override async list(): Promise<readonly InstanceDetail[] | 'unavailable'> {
    const census = await this.census();
    return census === 'unavailable' ? census : census.instances;
  }

  override async census(): Promise<Census | 'unavailable'> {
    try {
      return await this.#reader.census();
    } catch {
      return 'unavailable';
    }
  }

  async #beat(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#gone) return;
    const { heartbeatMs } = this.identity;
    // Jittered, so that a fleet started at once does not beat at once.
    this.#timer = setTimeout(() => void this.#beat(), heartbeatMs * (0.9 + Math.random() / 5)).unref();
    const lease = this.#lease;
    try {
      const holds = await this.#say(lease);
      if (lease !== this.#lease) return;
      if (holds) {
        this.#accepted();
        return;
      }
      this.#former = [...this.#former, lease].slice(-MAX_FORMER);
      this.#lease = newLease(this.identity);
      this.#began = false;
      this.#registered = false;
      void this.#beat();
    } catch {
      // Redis is away; its return triggers the next one.
    }
  }

  #accepted(): void {
    this.#began = true;
    if (this.#registered || this.#gone || this.connections.state === 'down') return;
    this.#registered = true;
    for (const listener of this.#listeners) listener();
  }

  async #say(lease: string): Promise<boolean> {
    const { command, keys } = this.connections;
    const ttlMs = this.identity.heartbeatMs * MISSED;
    const words = JSON.stringify(this.#words());
    const renew = this.#began ? 1 : 0;
    return (await command.eval(BEAT, 2, keys.instance(lease), keys.instances, words, ttlMs, lease, renew)) === 1;
  }

  #words(): Heartbeat {
    const { app, instanceId, version } = this.identity;
    const p99 = this.#loopDelay.percentile(99) / NS_PER_MS;
    this.#loopDelay.reset();
    return {
      app,
      instanceId,
      version,
      state: this.shutdown.isDraining ? 'draining' : 'ready',
      startedAt: this.#startedAt,
      ...this.#load(),
      loopLagMs: Number.isFinite(p99) ? Math.round(p99 * 10) / 10 : 0,
    };
  }

  async #leave(): Promise<void> {
    this.#gone = true;
    clearTimeout(this.#timer);
    this.#loopDelay.disable();
    const { command, keys } = this.connections;
    const clean = await Promise.all(this.#farewells.map((farewell) => farewell()));
    this.#registered = false;
    const end = command.multi().del(keys.instance(this.#lease));
    // Whatever could not be taken back is left to the survivors, who find the lease on the list.
    await (clean.every(Boolean) ? end.zrem(keys.instances, this.#lease) : end).exec();
  }
}
