import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { JOBS, type JobName } from '@holdfast/contracts';
import { LOGGER, type Logger } from '@holdfast/observability';
import { doorbellWorkerOptions, RedisConnections } from '@holdfast/redis';
import { Worker, type Job } from 'bullmq';
import { RunDispatcher } from '../runs/run-dispatcher.js';

const JOB: JobName = 'run.execute';
/** Doorbells in hand at once; each takes a claim's time only. */
const CONCURRENCY = 4;

/**
 * Answers doorbells: offers the run and lets go of the job at once. While every slot is taken it leaves doorbells in the
 * queue, where workers with a free slot find them.
 */
@Injectable()
export class DoorbellProcessor implements OnApplicationBootstrap {
  constructor(
    private readonly connections: RedisConnections,
    private readonly dispatcher: RunDispatcher,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    const worker = new Worker(
      JOBS[JOB].queue,
      (job) => this.answer(job),
      doorbellWorkerOptions(this.connections, CONCURRENCY),
    );
    worker.on('error', (error) => {
      this.logger.debug({ err: error }, 'the doorbell lost its connection');
    });
    this.dispatcher.onCapacity((full) => {
      // Resuming can fail only with Redis away, when no doorbell rings.
      void (full ? worker.pause(true) : worker.resume()).catch(() => undefined);
    });
    this.connections.beforeClose(() => worker.close(true));
  }

  private async answer(job: Job): Promise<void> {
    const data = JOBS[JOB].data.safeParse(job.data);
    if (job.name !== JOB || !data.success) {
      this.logger.warn({ job: job.name }, 'a doorbell that nobody understands was dropped');
      return;
    }
    await this.dispatcher.offer(data.data.runId);
  }
}
