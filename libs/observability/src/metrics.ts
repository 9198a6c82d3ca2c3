import { Counter, Gauge, Histogram, collectDefaultMetrics, register } from 'prom-client';
import { METRICS, type LabelsOf, type MetricName, type NamesOf } from './metric-names.js';

/** Media type of Prometheus' text format. */
export const METRICS_CONTENT_TYPE = register.contentType;

/** What a scrape answers. */
export interface Exposition {
  readonly contentType: string;
  readonly body: string;
}

function settings<N extends MetricName>(name: N) {
  const { help, labels } = METRICS[name];
  return { name, help, labelNames: [...labels] as LabelsOf<N>[] };
}

function existing(name: MetricName): unknown {
  return register.getSingleMetric(name);
}

/** The metrics of this process. Each is created on first use, and only names declared in `METRICS` exist. */
export const metrics = {
  counter<N extends NamesOf<'counter'>>(name: N): Counter<LabelsOf<N>> {
    return (existing(name) as Counter<LabelsOf<N>> | undefined) ?? new Counter(settings(name));
  },

  gauge<N extends NamesOf<'gauge'>>(name: N): Gauge<LabelsOf<N>> {
    return (existing(name) as Gauge<LabelsOf<N>> | undefined) ?? new Gauge(settings(name));
  },

  histogram<N extends NamesOf<'histogram'>>(name: N): Histogram<LabelsOf<N>> {
    return (
      (existing(name) as Histogram<LabelsOf<N>> | undefined) ??
      new Histogram({ ...settings(name), buckets: [...METRICS[name].buckets] })
    );
  },

  /** Adds the runtime's own metrics (heap, event loop, collector); later calls change nothing. */
  collectRuntime(): void {
    if (register.getSingleMetric('process_cpu_user_seconds_total') === undefined) collectDefaultMetrics();
  },

  /** All metrics in Prometheus' text format. */
  async expose(): Promise<Exposition> {
    return { contentType: METRICS_CONTENT_TYPE, body: await register.metrics() };
  },
};
