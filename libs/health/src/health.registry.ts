import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { LOGGER, metrics, type Logger } from '@holdfast/observability';
import type { HealthCheckFn, HealthCheckOptions, HealthSnapshot, HealthState } from './health-state.js';
import { Sampler } from './sampler.js';

const DEFAULTS = { intervalMs: 5_000, timeoutMs: 3_000 } as const;

const GAUGE: Readonly<Record<HealthState, number>> = { up: 1, degraded: 0.5, down: 0 };

/** The checks of this process. Whoever owns a dependency registers one; this class knows none by name. */
@Injectable()
export class HealthRegistry implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly samplers = new Map<string, Sampler>();
  private sampling = false;

  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  /**
   * Adds a check, sampled in the background from boot until shutdown.
   * @throws Error if the name is taken.
   */
  register(name: string, check: HealthCheckFn, options: HealthCheckOptions = {}): void {
    if (this.samplers.has(name)) throw new Error(`A health check "${name}" exists already.`);
    const sampler = new Sampler({
      ...DEFAULTS,
      ...options,
      check,
      onSample: (before, after) => {
        this.observe(name, before, after);
      },
    });
    this.samplers.set(name, sampler);
    if (this.sampling) sampler.start();
  }

  /** What is known of each check now; waits for nothing. */
  snapshots(): ReadonlyMap<string, HealthSnapshot> {
    return new Map([...this.samplers].map(([name, sampler]) => [name, sampler.snapshot()]));
  }

  onApplicationBootstrap(): void {
    this.sampling = true;
    for (const sampler of this.samplers.values()) sampler.start();
  }

  onModuleDestroy(): void {
    this.sampling = false;
    for (const sampler of this.samplers.values()) sampler.stop();
  }

  private observe(check: string, before: HealthSnapshot, after: HealthSnapshot): void {
    metrics.gauge('holdfast_health_check_state').set({ check }, GAUGE[after.state]);
    metrics.histogram('holdfast_health_check_seconds').observe({ check }, after.latencyMs / 1_000);
    if (before.state === after.state) return;
    const fields = { check, from: before.state, to: after.state, reason: after.reason };
    if (after.state === 'up') this.logger.info(fields, 'health changed');
    else this.logger.warn(fields, 'health changed');
  }
}
