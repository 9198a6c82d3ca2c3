import * as z from 'zod/mini';
import { DurationMs, Timestamp } from '../primitives.js';

export const AppName = z.enum(['gateway', 'agent-worker', 'slo-service']);
export type AppName = z.infer<typeof AppName>;

/** One running process, as it describes itself. */
export const InstanceInfo = z.object({
  instanceId: z.string(),
  app: AppName,
  version: z.string(),
  state: z.enum(['ready', 'draining']),
  startedAt: Timestamp,
  /** Time since its last heartbeat. */
  ageMs: DurationMs,
  /** Live sockets; 0 for apps that have none. */
  connections: z.int(),
  /** Event-loop delay, 99th percentile of the last heartbeat interval. */
  loopLagMs: z.number(),
});
export type InstanceInfo = z.infer<typeof InstanceInfo>;

/** What operators see of an instance. */
export const InstanceDetail = z.extend(InstanceInfo, {
  /** Bytes accepted for clients and not yet taken by the network; 0 from an instance of an earlier release. */
  outboundBytes: z._default(z.int(), 0),
});
export type InstanceDetail = z.infer<typeof InstanceDetail>;

/** Answer of the slo-service about itself. */
export const ServiceInfo = z.object({
  app: AppName,
  instanceId: z.string(),
  version: z.string(),
  startedAt: Timestamp,
});
export type ServiceInfo = z.infer<typeof ServiceInfo>;

/**
 * What runs now. `registry: 'unavailable'` means that Redis does not answer and the instances are not known;
 * `sloService: null` means that no slo-service answered in time.
 */
export const SystemStatus = z.object({
  version: z.string(),
  at: Timestamp,
  registry: z.enum(['available', 'unavailable']),
  instances: z.array(InstanceInfo),
  sloService: z.nullable(ServiceInfo),
});
export type SystemStatus = z.infer<typeof SystemStatus>;
