import * as z from 'zod/mini';
import { DurationMs, safeText, Timestamp, Uuid } from '../primitives.js';

const Count = z.int().check(z.gte(0));

/** One step of a shutdown; `left` = how much it still waited for when it ended. */
const ShutdownStep = z.object({
  name: z.string(),
  outcome: z.enum(['done', 'failed', 'overran', 'skipped', 'running']),
  /** Ms since the shutdown began. */
  startedMs: DurationMs,
  ms: DurationMs,
  left: z.optional(Count),
  facts: z.optional(z.record(z.string(), z.number())),
});

const ShutdownPhase = z.object({
  phase: z.enum(['mark', 'grace', 'requests', 'sockets', 'agents', 'resources', 'custom']),
  outcome: z.enum(['done', 'incomplete']),
  startedMs: DurationMs,
  ms: DurationMs,
  left: Count,
  steps: z.array(ShutdownStep),
});

/** How one process ended, as far as it could still write it down. */
export const ShutdownEntry = z.object({
  id: Uuid,
  at: Timestamp,
  instanceId: z.string(),
  app: z.string(),
  /** The signal, or the fault, that began it. */
  reason: z.string(),
  ms: DurationMs,
  /** As it stood when this was written: what fails after that is in the log only. */
  exitCode: z.int(),
  phases: z.array(ShutdownPhase),
  abandoned: z.array(
    z.object({
      phase: z.string(),
      step: z.string(),
      outcome: z.enum(['failed', 'overran', 'skipped', 'running']),
      left: z.optional(Count),
    }),
  ),
});
export type ShutdownEntry = z.infer<typeof ShutdownEntry>;

export const ShutdownHistoryQuery = z.object({
  app: z.optional(safeText(1, 64)),
  instanceId: z.optional(safeText(1, 64)),
  /** Only shutdowns before this moment; the last `at` of a page leads to the next one. */
  before: z.optional(Timestamp),
  limit: z._default(z.pipe(z.coerce.number(), z.int().check(z.gte(1), z.lte(200))), 50),
});
export type ShutdownHistoryQuery = z.infer<typeof ShutdownHistoryQuery>;

export const ShutdownHistoryPage = z.object({ shutdowns: z.array(ShutdownEntry) });
export type ShutdownHistoryPage = z.infer<typeof ShutdownHistoryPage>;
