import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { LOGGER, metrics, type Logger } from '@holdfast/observability';
import { RepeatedWork } from '../background/repeated-work.js';
import { SloQueries } from './slo-queries.service.js';

const EVERY_MS = 15_000;

const GAUGES = [
  'holdfast_slo_sli',
  'holdfast_slo_budget_remaining',
  'holdfast_slo_coverage',
  'holdfast_slo_firing',
] as const;

/** Shows the stored status to Prometheus. Every replica shows the same: take the maximum of instances, never the sum. */
@Injectable()
export class SloGauges implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly repeated = new RepeatedWork({
    everyMs: EVERY_MS,
    work: () => this.refresh(),
    failed: (error) => {
      this.logger.debug({ err: error }, 'slo gauges not refreshed');
    },
  });

  constructor(
    private readonly queries: SloQueries,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.repeated.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.repeated.stop();
  }

  private async refresh(): Promise<void> {
    const { slos } = await this.queries.status();
    // What is gone, or has no data any more, is shown no more.
    for (const name of GAUGES) metrics.gauge(name).reset();
    for (const { id: slo, sli, budget, coverage, alerts } of slos) {
      if (sli !== null) metrics.gauge('holdfast_slo_sli').set({ slo }, sli);
      if (budget.remaining !== null) metrics.gauge('holdfast_slo_budget_remaining').set({ slo }, budget.remaining);
      metrics.gauge('holdfast_slo_coverage').set({ slo }, coverage);
      for (const { kind, state } of alerts)
        metrics.gauge('holdfast_slo_firing').set({ slo, kind }, state === 'firing' ? 1 : 0);
    }
  }
}
