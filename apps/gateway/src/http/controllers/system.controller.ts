import { Controller } from '@nestjs/common';
import type { InstanceList, SystemStatus } from '@holdfast/contracts';
import { InstanceRegistry, SystemStatusReader } from '@holdfast/scaling';
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
    const instances = await this.registry.list();
    const at = new Date().toISOString();
    if (instances === 'unavailable') return { at, registry: 'unavailable', instances: [] };
    return { at, registry: 'available', instances: [...instances] };
  }
}
