import * as z from 'zod/mini';
import { Uuid } from '../primitives.js';

interface JobSchemas {
  readonly queue: string;
  readonly data: z.ZodMiniType;
}

/** Every BullMQ job. A job is a doorbell: losing or doubling it is harmless, Postgres decides. */
export const JOBS = {
  'run.execute': { queue: 'runs', data: z.object({ runId: Uuid }) },
} as const satisfies Record<string, JobSchemas>;

export type JobName = keyof typeof JOBS;
export type JobData<N extends JobName> = z.infer<(typeof JOBS)[N]['data']>;
