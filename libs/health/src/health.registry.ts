import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { LOGGER, metrics, type Logger } from '@holdfast/observability';
import { HEALTH_SETTINGS, type HealthSettings } from './health-settings.js';
import type {
  HealthCheckFn,
  HealthCheckOptions,
  HealthScope,
  HealthSnapshot,
  HealthState,
  HealthTransition,
} from './state/health-state.js';
import { scopeOf, type PeerViews } from './state/peer-views.js';
import { Sampler } from './state/sampler.js';

const INTERVAL_MS = 5_000;

const GAUGE: Readonly<Record<HealthState, number>> = { up: 1, degraded: 0.5, down: 0 };

/** A check as it is now, with whose fault it is. */
export interface CheckView extends HealthSnapshot {
  readonly scope: HealthScope;
  /** Whether the resource belongs to this instance alone. */
  readonly own: boolean;
  /** How long the check has been down, in ms; 0 while it is not. */
  readonly downForMs: number;
}

interface Entry {
  readonly sampler: Sampler;
  readonly own: boolean;
  downSince?: number;
}

/** The checks of this process. Whoever owns a dependency registers one; this class knows none by name. */
@Injectable()
export class HealthRegistry implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly entries = new Map<string, Entry>();
  private peers: () => PeerViews = () => new Map();
  private readonly listeners: ((transition: HealthTransition) => void)[] = [];
  private sampling = false;

  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(HEALTH_SETTINGS) private readonly settings: HealthSettings,
  ) {}

  /**
   * Adds a check, sampled in the background from boot until shutdown.
   * @throws Error if the name is taken.
   */
  register(name: string, check: HealthCheckFn, { resource, ...times }: HealthCheckOptions = {}): void {
    if (this.entries.has(name)) throw new Error(`A health check "${name}" exists already.`);
    const sampler = new Sampler({
      intervalMs: INTERVAL_MS,
      timeoutMs: this.settings.timeoutMs,
      ...times,
      check,
      onSample: (before, after) => {
        this.observe(name, before, after);
      },
    });
    this.entries.set(name, { sampler, own: resource === 'own' });
    if (this.sampling) sampler.start();
  }

  /** Names the source of what the other instances see; without one every scope is `unknown`. */
  usePeers(peers: () => PeerViews): void {
    this.peers = peers;
  }

  /** Calls `listener` at each change of a check's state. */
  onTransition(listener: (transition: HealthTransition) => void): void {
    this.listeners.push(listener);
  }

  /** What is known of each check now; waits for nothing. */
  views(): ReadonlyMap<string, CheckView> {
    const peers = this.peers();
    const now = performance.now();
    return new Map(
      [...this.entries].map(([name, { sampler, own, downSince }]) => [
        name,
        {
          ...sampler.snapshot(),
          own,
          scope: own ? 'local' : scopeOf(name, peers),
          downForMs: downSince === undefined ? 0 : Math.round(now - downSince),
        },
      ]),
    );
  }

  /** Samples every check once more; callers at the same time share the samples. Takes at most the longest timeout. */
  async refresh(): Promise<void> {
    await Promise.all([...this.entries.values()].map(({ sampler }) => sampler.refresh()));
  }

  onApplicationBootstrap(): void {
    this.sampling = true;
    for (const { sampler } of this.entries.values()) sampler.start();
  }

  onModuleDestroy(): void {
    this.sampling = false;
    for (const { sampler } of this.entries.values()) sampler.stop();
  }

  private observe(check: string, before: HealthSnapshot, after: HealthSnapshot): void {
    metrics.gauge('holdfast_health_check_state').set({ check }, GAUGE[after.state]);
    metrics.gauge('holdfast_health_sampled_timestamp_seconds').set({ check }, Date.now() / 1_000);
    metrics.histogram('holdfast_health_check_seconds').observe({ check }, after.latencyMs / 1_000);
    const entry = this.entries.get(check);
    if (entry !== undefined) {
      if (after.state === 'down') entry.downSince ??= performance.now();
      else delete entry.downSince;
    }
    if (before.state === after.state) return;
    metrics.counter('holdfast_health_transitions_total').inc({ check, to: after.state });
    const scope = entry?.own === true ? 'local' : scopeOf(check, this.peers());
    const transition = { check, from: before.state, to: after.state, reason: after.reason ?? null, scope };
    if (after.state === 'up') this.logger.info(transition, 'health changed');
    else this.logger.warn(transition, 'health changed');
    for (const listener of this.listeners) listener({ ...transition, at: new Date().toISOString() });
  }
}
