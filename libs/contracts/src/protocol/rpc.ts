import * as z from 'zod/mini';
import { Uuid } from '../primitives.js';
import { SloReport, SloReportReceipt } from '../slo/slo-report.js';
import {
  SloAlertPage,
  SloCorrection,
  SloCorrectionList,
  SloDefineResult,
  SloDeliveryList,
  SloDeliveryQuery,
  SloDocument,
  SloId,
  SloSeries,
  SloSeriesQuery,
  SloSilence,
  SloSilenceList,
  SloStatusReport,
} from '../slo/slo-status.js';
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
  /** Answered once the counts are committed. Doubles and replicas merge to the same rows. */
  'slo.report': { app: 'slo-service', kind: 'rpc', request: SloReport, reply: SloReportReceipt },
  'slo.status': { app: 'slo-service', kind: 'rpc', request: z.object({}), reply: SloStatusReport },
  'slo.series': {
    app: 'slo-service',
    kind: 'rpc',
    request: z.extend(SloSeriesQuery, { id: SloId }),
    reply: SloSeries,
  },
  'slo.alerts': {
    app: 'slo-service',
    kind: 'rpc',
    request: z.object({ id: SloId, limit: z.int() }),
    reply: SloAlertPage,
  },
  /** Every replica applies it; the same document twice makes one revision. */
  'slo.define': {
    app: 'slo-service',
    kind: 'rpc',
    request: z.extend(SloDocument, { isDryRun: z.boolean(), by: z.string() }),
    reply: SloDefineResult,
  },
  'slo.export': { app: 'slo-service', kind: 'rpc', request: z.object({}), reply: SloDocument },
  'slo.remove': {
    app: 'slo-service',
    kind: 'rpc',
    request: z.object({ id: SloId, by: z.string() }),
    reply: z.object({}),
  },
  'slo.silences': {
    app: 'slo-service',
    kind: 'rpc',
    request: z.object({}),
    reply: SloSilenceList,
  },
  'slo.silence': { app: 'slo-service', kind: 'rpc', request: SloSilence, reply: z.object({}) },
  'slo.unsilence': { app: 'slo-service', kind: 'rpc', request: z.object({ id: Uuid }), reply: z.object({}) },
  'slo.corrections': {
    app: 'slo-service',
    kind: 'rpc',
    request: z.object({}),
    reply: SloCorrectionList,
  },
  'slo.correct': { app: 'slo-service', kind: 'rpc', request: SloCorrection, reply: z.object({}) },
  'slo.uncorrect': { app: 'slo-service', kind: 'rpc', request: z.object({ id: Uuid }), reply: z.object({}) },
  'slo.deliveries': {
    app: 'slo-service',
    kind: 'rpc',
    request: SloDeliveryQuery,
    reply: SloDeliveryList,
  },
  'slo.redeliver': { app: 'slo-service', kind: 'rpc', request: z.object({ id: z.string() }), reply: z.object({}) },
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
