import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { RpcRequest } from '@holdfast/contracts';
import { HintHandler } from '@holdfast/redis';
import { ChunkCommitter } from './chunk-committer.js';

/** Hears that a cancel was committed. The flag in Postgres decides; the hint only saves the wait for the next commit. */
@Controller()
export class CancelController {
  constructor(private readonly committer: ChunkCommitter) {}

  @HintHandler('run.cancel_requested')
  cancelRequested(@Payload() { runId }: RpcRequest<'run.cancel_requested'>): void {
    this.committer.hurry(runId);
  }
}
