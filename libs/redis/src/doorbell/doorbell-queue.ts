import { JOBS, type JobData, type JobName } from '@holdfast/contracts';
import { metrics, type Logger } from '@holdfast/observability';
import { Queue } from 'bullmq';
import type { RedisClient } from '../open-connection.js';
import type { RedisConnections } from '../redis-connections.js';

const RING_WITHIN_MS = 1_000;

/** Job ids by job; no colon, BullMQ keeps those to itself. A ring with the id of a job that still waits changes nothing. */
const JOB_IDS: { readonly [N in JobName]: (data: JobData<N>, round: number) => string } = {
  'run.execute': ({ runId }, round) => `run-${runId}-${round}`,
};

/**
 * Rings workers through BullMQ: "look at Postgres". Best effort, because Postgres decides and the reconcilers look there
 * anyway: with Redis away a ring fails at once.
 */
export class DoorbellQueue {
  readonly #client: RedisClient;
  readonly #queues = new Map<string, Queue>();

  constructor(
    private readonly connections: RedisConnections,
    private readonly logger: Logger,
  ) {
    this.#client = connections.create('queue');
    connections.beforeClose(() => this.#close());
  }

  /**
   * Rings for a job. `round` tells apart rings that must not be taken for each other: pass the run's attempt, so that a
   * job of a dead worker does not silence the next ring. Never rejects; @returns whether the queue took it.
   */
  async ring<N extends JobName>(name: N, data: JobData<N>, round = 0): Promise<boolean> {
    if (this.#client.status !== 'ready') return this.#failed();
    const { queue } = JOBS[name];
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error('the queue did not answer in time'));
      }, RING_WITHIN_MS);
    });
    try {
      const added = this.#queue(queue).add(name, data, { jobId: JOB_IDS[name](data, round) });
      await Promise.race([added, late]);
      return true;
    } catch (error) {
      this.logger.debug({ err: error, queue }, 'a doorbell was not rung');
      // A queue whose first contact failed stays broken for ever: begin anew at the next ring.
      this.#discard(queue);
      return this.#failed();
    } finally {
      clearTimeout(timer);
    }
  }

  #queue(name: string): Queue {
    const existing = this.#queues.get(name);
    if (existing !== undefined) return existing;
    const queue = new Queue(name, {
      connection: this.#client,
      prefix: this.connections.keys.queuePrefix,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    queue.on('error', (error) => {
      this.logger.debug({ err: error, queue: name }, 'the queue lost its connection');
    });
    this.#queues.set(name, queue);
    return queue;
  }

  #discard(name: string): void {
    const queue = this.#queues.get(name);
    this.#queues.delete(name);
    queue?.close().catch(() => undefined);
  }

  #failed(): false {
    metrics.counter('holdfast_publish_failures_total').inc({ kind: 'doorbell' });
    return false;
  }

  async #close(): Promise<void> {
    await Promise.allSettled([...this.#queues.values()].map((queue) => queue.close()));
    this.#queues.clear();
  }
}
