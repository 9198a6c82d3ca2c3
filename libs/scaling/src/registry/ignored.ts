import { metrics } from '@holdfast/observability';

/** Counts values in Redis that nobody of us can have written; they are treated as if they were not there. */
export function countIgnored(count = 1): void {
  metrics.counter('holdfast_ignored_packets_total').inc({ source: 'registry' }, count);
}
