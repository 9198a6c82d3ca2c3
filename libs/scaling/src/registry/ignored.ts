import { metrics } from '@holdfast/observability';

/** Counts a value in Redis that nobody of us can have written; it is treated as if it were not there. */
export function countIgnored(): void {
  metrics.counter('holdfast_ignored_packets_total').inc({ source: 'registry' });
}

/** Whether Redis refused because a key holds something of another type. */
export function isForeignType(error: unknown): boolean {
  return error instanceof Error && error.message.includes('WRONGTYPE');
}
