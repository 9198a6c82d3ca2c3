import type { HealthReport } from '@holdfast/health';
import type { CommandSummary } from './command-window.js';

/** Share of the capacity at which an instance takes no further clients, and at which it takes them again. */
const CAPACITY = { full: 0.95, readmit: 0.85 } as const;

/** Fewer commands in the window than this say nothing about the share that fails. */
const MIN_SAMPLE = 50;

/** Share of commands that fail by our fault. */
const ERRORS = { degraded: 0.01, down: 0.25 } as const;

/** A command that takes longer is felt, in ms. */
const SLOW_MS = 1_000;

/** Output that the network has not taken, in bytes of one process. */
const OUTBOUND_BYTES = 192 * 1_024 * 1_024;

/** Connections against the limit; once full, it stays so until enough have gone, so that readiness does not flap. */
export function capacity(connections: number, limit: number, wasFull: boolean): HealthReport {
  const used = connections / limit;
  const facts = { connections, limit };
  if (used >= (wasFull ? CAPACITY.readmit : CAPACITY.full)) return { state: 'down', reason: 'capacity', facts };
  return used >= CAPACITY.readmit ? { state: 'degraded', reason: 'capacity', facts } : { state: 'up', facts };
}

/** Share of the last minute's commands that failed by our fault. */
export function errors({ total, failed }: CommandSummary): HealthReport {
  const facts = { total, failed, enough: total >= MIN_SAMPLE };
  const share = failed / total;
  if (!facts.enough || share < ERRORS.degraded) return { state: 'up', facts };
  return { state: share >= ERRORS.down ? 'down' : 'degraded', reason: 'errors', facts };
}

/** Time to answer a command. */
export function performanceOf({ total, p95Ms }: CommandSummary): HealthReport {
  const facts = { total, p95Ms: Number.isFinite(p95Ms) ? p95Ms : 'above 5000' };
  if (total < MIN_SAMPLE || p95Ms <= SLOW_MS) return { state: 'up', facts };
  return { state: 'degraded', reason: 'slow', facts };
}

/** Bytes that wait for slow clients. */
export function outbound(bytes: number): HealthReport {
  const facts = { bytes };
  return bytes >= OUTBOUND_BYTES ? { state: 'degraded', reason: 'memory', facts } : { state: 'up', facts };
}
