import * as z from 'zod/mini';
import { safeText, Timestamp } from '../primitives.js';

const HealthStateName = z.enum(['up', 'degraded', 'down']);

/** A health check of one instance that changed its state. */
export const HealthTransitionEntry = z.object({
  at: Timestamp,
  instanceId: z.string(),
  app: z.string(),
  check: z.string(),
  from: HealthStateName,
  to: HealthStateName,
  /** Why it is not up; null while it is. */
  reason: z.nullable(z.string()),
  scope: z.enum(['local', 'shared', 'unknown']),
});
export type HealthTransitionEntry = z.infer<typeof HealthTransitionEntry>;

export const HealthHistoryQuery = z.object({
  check: z.optional(safeText(1, 64)),
  instanceId: z.optional(safeText(1, 64)),
  /** Only changes before this moment; the last `at` of a page leads to the next one. */
  before: z.optional(Timestamp),
  limit: z._default(z.pipe(z.coerce.number(), z.int().check(z.gte(1), z.lte(200))), 50),
});
export type HealthHistoryQuery = z.infer<typeof HealthHistoryQuery>;

export const HealthHistoryPage = z.object({ transitions: z.array(HealthTransitionEntry) });
export type HealthHistoryPage = z.infer<typeof HealthHistoryPage>;
