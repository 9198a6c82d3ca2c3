import type * as z from 'zod/mini';
import type { Json } from '../../journal/journal.port.js';

/** Whose data a tool call may touch; it comes from the run, never from the model. */
export interface ToolScope {
  readonly tenantId: string;
  readonly threadId: string;
  /** The agent's own user. */
  readonly agentId: string;
  readonly signal: AbortSignal;
}

/** One thing an agent may do besides talk. `args` has passed `schema` when `run` sees it. */
export abstract class Tool<Args = unknown> {
  abstract readonly name: string;
  /** Told to a model: what it is for. */
  abstract readonly description: string;
  abstract readonly schema: z.ZodMiniType<Args>;
  abstract run(args: Args, scope: ToolScope): Promise<Json>;
}
