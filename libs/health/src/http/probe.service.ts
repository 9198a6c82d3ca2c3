import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HealthIndicatorService, type HealthCheckResult, type HealthIndicatorResult } from '@nestjs/terminus';
import { metrics } from '@holdfast/observability';
import { Shutdown } from '@holdfast/shutdown';
import { HealthRegistry, type CheckView } from '../health.registry.js';

/** A process whose own way to a shared resource stays broken for so long is restarted, in ms. */
const RESTART_AFTER_MS = 120_000;

/** An answer to a probe: Terminus' report and whether the probe passes. */
export interface ProbeAnswer {
  readonly passes: boolean;
  readonly report: HealthCheckResult & {
    /** True while something shared is down and traffic is let in all the same, because no instance would do better. */
    readonly failOpen: boolean;
  };
}

/** Answers probes from memory. */
@Injectable()
export class ProbeService implements OnApplicationBootstrap {
  private booted = false;

  constructor(
    private readonly registry: HealthRegistry,
    private readonly indicators: HealthIndicatorService,
    private readonly shutdown: Shutdown,
  ) {}

  onApplicationBootstrap(): void {
    this.booted = true;
  }

  /**
   * Fails only if this process alone has lost something that its peers can use, for two minutes: a restart may help
   * then. A shared outage, load and a drain never restart a process.
   */
  live(): ProbeAnswer {
    const broken = [...this.registry.views()].filter(
      ([, { scope, own, downForMs }]) => !own && scope === 'local' && downForMs >= RESTART_AFTER_MS,
    );
    return answer(broken.length === 0, broken.length === 0 ? 'ok' : 'error', this.details(broken));
  }

  /** Passes from the end of boot on, for good. */
  startup(): ProbeAnswer {
    const process = this.indicators.check('process');
    const details = this.booted ? process.up() : process.down({ reason: 'starting' });
    return answer(this.booted, this.booted ? 'ok' : 'error', details);
  }

  /**
   * Passes once booted and not draining, unless this instance alone is at fault: something of its own is down, or
   * something shared that its peers can still use. In a shared outage it stays ready, since refusing would take every
   * instance away at once.
   * @param options.withFacts whether the report has the measured values
   */
  ready({ withFacts = false } = {}): ProbeAnswer {
    const views = [...this.registry.views()];
    const details = this.details(views, withFacts);
    const down = views.filter(([, { state }]) => state === 'down');
    const failOpen = down.some(([, { scope }]) => scope !== 'local');
    metrics.gauge('holdfast_health_fail_open').set(failOpen ? 1 : 0);
    if (!this.booted) return answer(false, 'error', details);
    if (this.shutdown.isDraining) return answer(false, 'shutting_down', details, failOpen);
    if (down.some(([, { scope }]) => scope === 'local')) return answer(false, 'error', details, failOpen);
    const allUp = views.every(([, { state }]) => state === 'up');
    return answer(true, allUp ? 'ok' : 'degraded', details, failOpen);
  }

  private details(views: Iterable<[string, CheckView]>, withFacts = false): HealthIndicatorResult {
    const details: HealthIndicatorResult = {};
    for (const [name, { state, facts, reason, scope, latencyMs, observedAt, consecutiveFailures }] of views) {
      const told = { ...(withFacts && facts), reason, scope, latencyMs, observedAt, consecutiveFailures };
      const indicator = this.indicators.check(name);
      const byState = {
        up: () => indicator.up(told),
        degraded: () => indicator.degraded(told),
        down: () => indicator.down(told),
      };
      Object.assign(details, byState[state]());
    }
    return details;
  }
}

function answer(
  passes: boolean,
  status: HealthCheckResult['status'],
  details: HealthIndicatorResult,
  failOpen = false,
): ProbeAnswer {
  const entries = Object.entries(details);
  const report = {
    status,
    info: Object.fromEntries(entries.filter(([, entry]) => entry.status !== 'down')),
    error: Object.fromEntries(entries.filter(([, entry]) => entry.status === 'down')),
    details,
    failOpen,
  };
  return { passes, report };
}
