import { Controller } from '@nestjs/common';
import type { HealthHistoryPage, InstanceList, SystemStatus } from '@holdfast/contracts';
import { HealthHistory } from '@holdfast/database';
import { gatewaySpread, InstanceRegistry, SystemStatusReader } from '@holdfast/scaling';
import { Endpoint } from '../endpoints/endpoint.decorator.js';
import type { EndpointInput } from '../endpoints/endpoints.js';
import { Input } from '../endpoints/input.decorator.js';

/** What runs now. */
@Controller()
export class SystemController {
  constructor(
    private readonly status: SystemStatusReader,
    private readonly registry: InstanceRegistry,
    private readonly history: HealthHistory,
  ) {}

  @Endpoint('system.status')
  read(): Promise<SystemStatus> {
    return this.status.read();
  }

  @Endpoint('health.history')
  async healthHistory(@Input() { query }: EndpointInput<'health.history'>): Promise<HealthHistoryPage> {
    return { transitions: await this.history.list(query) };
  }

  @Endpoint('instance.list')
  async instances(): Promise<InstanceList> {
    const census = await this.registry.census();
    const at = new Date().toISOString();
    if (census === 'unavailable') return { at, registry: 'unavailable', instances: [], stale: [], spread: null };
    const { instances, stale } = census;
    return {
      at,
      registry: 'available',
      instances: [...instances],
      stale: [...stale],
      spread: gatewaySpread(instances),
    };
  }
}
