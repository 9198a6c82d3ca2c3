import { Controller, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Config } from '@holdfast/config';
import type { ClientErrorList, ClientErrorReply } from '@holdfast/contracts';
import { metrics } from '@holdfast/observability';
import { CONFIG } from '../../config.token.js';
import { clientAddress } from '../../edge/client-address.js';
import { RequestLimiter } from '../access/request-limiter.service.js';
import { ClientErrorStore } from '../client-errors/client-error-store.service.js';
import { scrubReport } from '../client-errors/scrub-report.js';
import { Endpoint } from '../endpoints/endpoint.decorator.js';
import type { EndpointInput } from '../endpoints/endpoints.js';
import { Input } from '../endpoints/input.decorator.js';

/** Faults of clients. */
@Controller()
export class ClientErrorController {
  constructor(
    private readonly store: ClientErrorStore,
    private readonly limiter: RequestLimiter,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Endpoint('client_error.report')
  async report(
    @Input() { body }: EndpointInput<'client_error.report'>,
    @Req() request: FastifyRequest,
  ): Promise<ClientErrorReply> {
    this.limiter.takeReport(clientAddress(request.raw, this.config.auth.trustProxy));
    const fresh = await this.store.record(body.reports.map(scrubReport));
    for (const { id, level, count } of body.reports) {
      if (fresh.has(id)) metrics.counter('holdfast_client_errors_total').inc({ level }, count);
    }
    if (body.dropped > 0) metrics.counter('holdfast_client_errors_dropped_total').inc(body.dropped);
    return { accepted: fresh.size };
  }

  @Endpoint('client_error.list')
  async list(@Input() { query }: EndpointInput<'client_error.list'>): Promise<ClientErrorList> {
    return { groups: await this.store.list(query) };
  }
}
