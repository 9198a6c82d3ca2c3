import { createHash, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { HEALTH_SETTINGS, type HealthSettings } from '../health-settings.js';
import { HealthRegistry } from '../health.registry.js';
import { ProbeService, type ProbeAnswer } from './probe.service.js';

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;

/** Who asks for the deep report. */
export interface Asker {
  readonly authorization: string | undefined;
  /** Address of the other end of the connection. */
  readonly address: string | undefined;
  /** True if a proxy has passed the request on: its address is then the proxy's. */
  readonly isForwarded: boolean;
}

/** The deep report and who may read it. */
@Injectable()
export class DeepHealth {
  constructor(
    private readonly probes: ProbeService,
    private readonly registry: HealthRegistry,
    @Inject(HEALTH_SETTINGS) private readonly settings: HealthSettings,
  ) {}

  /** Whether the details are for this caller. */
  admits({ authorization, address, isForwarded }: Asker): boolean {
    const { token, opensToLoopback } = this.settings;
    if (token !== undefined && isSame(authorization ?? '', `Bearer ${token}`)) return true;
    return opensToLoopback && !isForwarded && LOOPBACK.test(address ?? '');
  }

  /** The report from memory, or of samples taken now. */
  async report(fresh: boolean): Promise<ProbeAnswer> {
    if (fresh) await this.registry.refresh();
    return this.probes.ready({ withFacts: true });
  }
}

/** Compares digests, so that the time tells neither a common prefix nor the length. */
function isSame(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
