import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { SloStatusPage, SloStatusReport } from '@holdfast/contracts';
import { RpcClient } from '@holdfast/redis';

/** As often as the service judges, so that the last known report is a recent one; in ms. */
const EVERY_MS = 15_000;

/** The reports of the SLO service, and the last one for when it is away. */
@Injectable()
export class SloReports implements OnApplicationBootstrap, OnModuleDestroy {
  private last: { readonly report: SloStatusReport; readonly at: number } | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly rpc: RpcClient) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.fetch().catch(() => undefined);
    }, EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /**
   * The service's report, or the last known one with its age.
   * @throws AppError `unavailable` or `timeout` if none is known
   */
  async latest(): Promise<SloStatusPage> {
    try {
      return { ...(await this.fetch()), staleForMs: 0 };
    } catch (error) {
      if (this.last === undefined) throw error;
      const { report, at } = this.last;
      return { ...report, staleForMs: Math.max(1, Math.round(performance.now() - at)) };
    }
  }

  private async fetch(): Promise<SloStatusReport> {
    const report = await this.rpc.call('slo.status', {});
    this.last = { report, at: performance.now() };
    return report;
  }
}
