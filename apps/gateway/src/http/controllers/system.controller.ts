import { Controller } from '@nestjs/common';
import type { InstanceList, SystemStatus } from '@holdfast/contracts';
import { gatewaySpread, InstanceRegistry, SystemStatusReader } from '@holdfast/scaling';
import { Endpoint } from '../endpoints/endpoint.decorator.js';

/** What runs now. */
@Controller()
export class SystemController {
  constructor(
    private readonly status: SystemStatusReader,
    private readonly registry: InstanceRegistry,
  ) {}

  @Endpoint('system.status')
  read(): Promise<SystemStatus> {
    return this.status.read();
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
