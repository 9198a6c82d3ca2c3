import * as z from 'zod/mini';
import { Uuid } from '../primitives.js';
import { type AppName, ServiceInfo } from '../system/system-status.js';

interface RpcSchemas {
  /** The app whose instances handle it. */
  readonly app: AppName;
  /** `rpc` is answered; a `hint` is fire and forget, and losing it is harmless. */
  readonly kind: 'rpc' | 'hint';
  readonly request: z.ZodMiniType;
  readonly reply: z.ZodMiniType;
}

/**
 * Every message of Nest's Redis transport. It is broadcast: each instance of the app handles it, so that a mutating one
 * carries an id that is unique in Postgres.
 */
export const RPC = {
  'service.info': { app: 'slo-service', kind: 'rpc', request: z.object({}), reply: ServiceInfo },
  /** A cancel was committed: look at the run's row now rather than at the next chunk commit. */
  'run.cancel_requested': {
    app: 'agent-worker',
    kind: 'hint',
    request: z.object({ runId: Uuid }),
    reply: z.object({}),
  },
  /** Members of a thread changed: authorise its sockets again now rather than at the next poll. */
  'thread.members_changed': {
    app: 'gateway',
    kind: 'hint',
    request: z.object({ threadId: Uuid }),
    reply: z.object({}),
  },
  /** A user was erased: admit it no more, now rather than when a cached row expires. */
  'user.erased': {
    app: 'gateway',
    kind: 'hint',
    request: z.object({ userId: Uuid }),
    reply: z.object({}),
  },
} as const satisfies Record<string, RpcSchemas>;

export type RpcName = keyof typeof RPC;
export type RpcRequest<N extends RpcName> = z.infer<(typeof RPC)[N]['request']>;
export type RpcReply<N extends RpcName> = z.infer<(typeof RPC)[N]['reply']>;
