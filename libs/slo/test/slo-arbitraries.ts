import fc from 'fast-check';
import { DEFAULT_SLOS } from '../src/definition/default-slos.js';
import type { SloDefinition } from '../src/definition/slo-definition.js';
import type { Bucket, Counts } from '../src/series/counts.js';
import { DAY, HOUR, SECOND } from '../src/time.js';

/** A moment that every bucket width divides. */
export const NOW = Date.UTC(2026, 5, 1);

/** A definition that differs from a default one by `changes`. */
export function slo(changes: Partial<SloDefinition> = {}): SloDefinition {
  const [, , errorRate] = DEFAULT_SLOS;
  return { ...errorRate, ...changes };
}

export const objectives = fc.oneof(
  fc.constantFrom(0.5, 0.8, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999),
  fc.integer({ min: 1, max: 999_999 }).map((ppm) => ppm / 1e6),
);

export const windows = fc.integer({ min: 1, max: 90 }).map((days) => days * DAY);

export const counts: fc.Arbitrary<Counts> = fc.record({
  good: fc.nat(10_000),
  bad: fc.nat(10_000),
  excluded: fc.nat(100),
});

/** Buckets of the 30 d before NOW, some at the same time. */
export const buckets: fc.Arbitrary<Bucket[]> = fc.array(
  fc.tuple(fc.integer({ min: 1, max: (30 * DAY) / (10 * SECOND) }), counts).map(([ago, at]) => ({
    t: NOW - ago * 10 * SECOND,
    ...at,
  })),
  { maxLength: 40 },
);

/** Hourly buckets up to `to`: `counted(hours before it)`. */
export function hourly(hours: number, counted: (ago: number) => Omit<Counts, 'excluded'>, to = NOW): Bucket[] {
  return Array.from({ length: hours }, (_, index) => ({
    t: to - (index + 1) * HOUR,
    excluded: 0,
    ...counted(index + 1),
  }));
}
