import {
  AppError,
  type SloAlertEvent,
  type SloSeries,
  type SloStatusEntry,
  type SloStatusReport,
} from '@holdfast/contracts';
import type { CallOptions, RpcClient } from '@holdfast/redis';

export interface SeriesQuery {
  /** How far back, in hours. */
  readonly hours: number;
  /** Length of a point, in minutes. */
  readonly stepMinutes: number;
}

/**
 * Asks the slo-service over Nest's Redis transport; any replica answers, and each gives the same answer. Every question
 * has a deadline (`timeoutMs`), and fails with an AppError: `unavailable` while Redis is away, `timeout` if nobody answers,
 * `invalid`, or `not_found` for an SLO that is not known.
 */
export class SloClient {
  constructor(private readonly rpc: Pick<RpcClient, 'call'>) {}

  /** Every SLO, as it was judged last. */
  status(options?: CallOptions): Promise<SloStatusReport> {
    return this.rpc.call('slo.status', {}, options);
  }

  /** One SLO, as it was judged last. One that was never judged is not known. */
  async get(id: string, options?: CallOptions): Promise<SloStatusEntry> {
    const { slos } = await this.status(options);
    const found = slos.find((entry) => entry.id === id);
    if (found === undefined) throw new AppError('not_found', 'There is no such SLO, or it was never judged.');
    return found;
  }

  /** Its counts over time. */
  series(id: string, { hours, stepMinutes }: SeriesQuery, options?: CallOptions): Promise<SloSeries> {
    return this.rpc.call('slo.series', { id, hours, stepMinutes }, options);
  }

  /** What its alerts did, the newest first; at most `limit`. */
  async alerts(id: string, limit: number, options?: CallOptions): Promise<SloAlertEvent[]> {
    return (await this.rpc.call('slo.alerts', { id, limit }, options)).events;
  }
}
