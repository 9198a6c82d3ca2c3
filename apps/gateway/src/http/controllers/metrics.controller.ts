import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '@holdfast/config';
import { AppError } from '@holdfast/contracts';
import { metrics } from '@holdfast/observability';
import { CONFIG } from '../../config.token.js';
import { isLoopback } from '../access/loopback.js';

/** Answers the scraper. Beyond development a network policy decides who reaches it, as the scraper has no token. */
@Controller()
export class MetricsController {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  @Get('/metrics')
  async scrape(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { environment, opsFromLoopback } = this.config.service;
    if (environment === 'development' && !(opsFromLoopback && isLoopback(request))) {
      throw new AppError('forbidden', 'in development metrics are for this machine only');
    }
    const { contentType, body } = await metrics.expose();
    reply.type(contentType).header('cache-control', 'no-store');
    void reply.send(body);
  }
}
