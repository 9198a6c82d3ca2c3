import { InstanceInfo, type ServiceInfo, type SystemStatus } from '@holdfast/contracts';
import type { RpcClient } from '@holdfast/redis';
import type { InstanceRegistry } from '../registry/instance-registry.port.js';

const ANSWER_WITHIN_MS = 500;

/** What runs now: the registry's instances and what the slo-service says of itself. */
export class SystemStatusReader {
  constructor(
    private readonly registry: InstanceRegistry,
    private readonly rpc: RpcClient,
    private readonly version: string,
  ) {}

  /** Never rejects: what does not answer within half a second is reported as such. */
  async read(): Promise<SystemStatus> {
    const [instances, sloService] = await Promise.all([this.registry.list(), this.#sloService()]);
    const available = instances !== 'unavailable';
    return {
      version: this.version,
      at: new Date().toISOString(),
      registry: available ? 'available' : 'unavailable',
      // What only operators may see stays behind.
      instances: available ? instances.map((instance) => InstanceInfo.parse(instance)) : [],
      sloService,
    };
  }

  async #sloService(): Promise<ServiceInfo | null> {
    try {
      return await this.rpc.call('service.info', {}, { timeoutMs: ANSWER_WITHIN_MS });
    } catch {
      return null;
    }
  }
}
