import { Inject, Injectable } from '@nestjs/common';
import type { InstanceDetail } from '@holdfast/contracts';
import type { Config } from '@holdfast/config';
import { InstanceRegistry, otherGateways } from '@holdfast/scaling';
import { Shutdown } from '@holdfast/shutdown';
import { CONFIG } from '../config.token.js';
import { GATEWAY_SELF, type GatewaySelf } from '../gateway-self.js';

/** Heartbeats after which nobody counts on an instance. */
const FRESH_HEARTBEATS = 2;

/** What this gateway knows of the others. */
@Injectable()
export class Fleet {
  constructor(
    private readonly registry: InstanceRegistry,
    private readonly shutdown: Shutdown,
    @Inject(GATEWAY_SELF) private readonly self: GatewaySelf,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Without an answer of the registry, nothing is known that one could act on. */
  async others(): Promise<ReturnType<typeof otherGateways>> {
    const instances = await this.registry.list();
    if (instances === 'unavailable' || this.shutdown.isDraining) return { others: [], isChanging: true };
    const { heartbeatMs } = this.config.service;
    return otherGateways(instances, { instanceId: this.self.instanceId, heartbeatMs });
  }

  /** The gateways that stay when this one goes, as far as anybody knows. */
  async survivors(): Promise<readonly InstanceDetail[]> {
    const instances = await this.registry.list();
    if (instances === 'unavailable') return [];
    const freshMs = FRESH_HEARTBEATS * this.config.service.heartbeatMs;
    return instances.filter(
      ({ app, state, ageMs, instanceId }) =>
        app === 'gateway' && state === 'ready' && ageMs <= freshMs && instanceId !== this.self.instanceId,
    );
  }
}
