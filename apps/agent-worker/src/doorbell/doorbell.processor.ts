import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { JOBS, type JobData, type JobName } from '@holdfast/contracts';
import { LOGGER, metrics, type Logger } from '@holdfast/observability';
import { doorbellWorkerOptions, legibleJobs, RedisConnections } from '@holdfast/redis';
import { Shutdown } from '@holdfast/shutdown';
import { Worker, type Job } from 'bullmq';
import { RunDispatcher } from '../runs/run-dispatcher.js';

const QUEUE = JOBS['run.execute'].queue;

/** What each job of the contracts does here; an absent one does not compile. */
const HANDLERS: { readonly [N in JobName]: (dispatcher: RunDispatcher, data: JobData<N>) => Promise<void> } = {
  'run.execute': (dispatcher, { runId }) => dispatcher.offer(runId),
};

function isJobName(name: string): name is JobName {
  return Object.hasOwn(HANDLERS, name);
}

/** Doorbells in hand at once; each takes a claim's time only. */
const CONCURRENCY = 4;
/** BullMQ says goodbye to Redis, which may be away. */
const CLOSE_WITHIN_MS = 800;

/**
 * Answers doorbells: offers the run and lets go of the job at once. While every slot is taken it leaves doorbells in the
 * queue, where workers with a free slot find them.
 */
@Injectable()
export class DoorbellProcessor implements OnApplicationBootstrap {
  constructor(
    private readonly connections: RedisConnections,
    private readonly dispatcher: RunDispatcher,
    private readonly shutdown: Shutdown,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    const options = doorbellWorkerOptions(this.connections, CONCURRENCY);
    const worker = new Worker(QUEUE, (job) => this.answer(job), options, legibleJobs);
    worker.on('error', (error) => {
      this.logger.debug({ err: error }, 'the doorbell lost its connection');
    });
    this.dispatcher.onCapacity((full) => {
      // Fails only with Redis away, when no doorbell rings.
      (full ? worker.pause(true) : worker.resume()).catch(() => undefined);
    });
    // Before runs are released: a worker that merely pauses may still take one doorbell, its own last one included.
    this.shutdown.onShutdown('doorbell', { phase: 'mark', timeoutMs: CLOSE_WITHIN_MS + 100 }, () =>
      Promise.race([worker.close(), delay(CLOSE_WITHIN_MS, undefined, { ref: false })]),
    );
  }

  private async answer(job: Job): Promise<void> {
    const data = isJobName(job.name) ? JOBS[job.name].data.safeParse(job.data) : undefined;
    if (!isJobName(job.name) || data?.success !== true) {
      metrics.counter('holdfast_ignored_packets_total').inc({ source: 'doorbell' });
      this.logger.warn({ job: job.name }, 'a doorbell that nobody understands was dropped');
      return;
    }
    await HANDLERS[job.name](this.dispatcher, data.data);
  }
}
