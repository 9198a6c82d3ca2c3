import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HealthIndicatorService, type HealthCheckResult, type HealthIndicatorResult } from '@nestjs/terminus';
import { Shutdown } from '@holdfast/shutdown';
import { HealthRegistry } from './health.registry.js';

/** An answer to a probe: Terminus' report and whether the probe passes. */
export interface ProbeAnswer {
  readonly passes: boolean;
  readonly report: HealthCheckResult;
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

  /** Passes while the process can answer at all: no shared dependency and no drain may restart it. */
  live(): ProbeAnswer {
    return { passes: true, report: { status: 'ok', info: {}, error: {}, details: {} } };
  }

  /** Passes from the end of boot on, for good. */
  startup(): ProbeAnswer {
    const process = this.indicators.check('process');
    const details = this.booted ? process.up() : process.down({ reason: 'starting' });
    return { passes: this.booted, report: summarize(this.booted ? 'ok' : 'error', details) };
  }

  /**
   * Passes once booted and not draining. Dependencies are reported only: they are shared, so that refusing traffic
   * because of them would take every instance away at once.
   */
  ready(): ProbeAnswer {
    const details = this.dependencies();
    if (!this.booted) return { passes: false, report: summarize('error', details) };
    if (this.shutdown.isDraining) return { passes: false, report: summarize('shutting_down', details) };
    const degraded = Object.values(details).some(({ status }) => status !== 'up');
    return { passes: true, report: summarize(degraded ? 'degraded' : 'ok', details) };
  }

  private dependencies(): HealthIndicatorResult {
    const details: HealthIndicatorResult = {};
    for (const [name, { state, ...facts }] of this.registry.snapshots()) {
      const indicator = this.indicators.check(name);
      const byState = {
        up: () => indicator.up(facts),
        degraded: () => indicator.degraded(facts),
        down: () => indicator.down(facts),
      };
      Object.assign(details, byState[state]());
    }
    return details;
  }
}

function summarize(status: HealthCheckResult['status'], details: HealthIndicatorResult): HealthCheckResult {
  const entries = Object.entries(details);
  return {
    status,
    info: Object.fromEntries(entries.filter(([, entry]) => entry.status !== 'down')),
    error: Object.fromEntries(entries.filter(([, entry]) => entry.status === 'down')),
    details,
  };
}
