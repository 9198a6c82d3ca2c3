import { metrics } from '@holdfast/observability';
import { eventually, freePort, startRedis } from '@holdfast/testing';
import { redisConfig } from './redis-config.js';
import { RegistryInstance } from './registry-instance.js';

const WAIT = { timeoutMs: 20_000 };

/** A Redis of its own, and the instances that register there. */
export class RegistryStage {
  private readonly open: RegistryInstance[] = [];

  private constructor(
    private readonly port: number,
    readonly redis: Awaited<ReturnType<typeof startRedis>>,
  ) {}

  static async set(): Promise<RegistryStage> {
    const port = await freePort();
    return new RegistryStage(port, await startRedis({ port, settings: { appendonly: 'no' } }));
  }

  /** Resolves once it is registered. */
  async instance(instanceId: string, maxPending?: number): Promise<RegistryInstance> {
    const made = new RegistryInstance(redisConfig(`redis://127.0.0.1:${this.port}`), instanceId, maxPending);
    this.open.push(made);
    await eventually(() => made.registry.isRegistered, WAIT);
    return made;
  }

  async strike(): Promise<void> {
    await Promise.all(this.open.splice(0).map((made) => made.close()));
    await this.redis.dispose();
  }
}

/** Values of the registry that were not its own, so far. */
export async function ignoredValues(): Promise<number> {
  const { values } = await metrics.counter('holdfast_ignored_packets_total').get();
  return values.find(({ labels }) => labels.source === 'registry')?.value ?? 0;
}
