import { Controller } from '@nestjs/common';
import type { ShutdownHistoryPage } from '@holdfast/contracts';
import { ShutdownHistory } from '@holdfast/database';
import { Endpoint } from '../endpoints/endpoint.decorator.js';
import type { EndpointInput } from '../endpoints/endpoints.js';
import { Input } from '../endpoints/input.decorator.js';

/** How processes ended. */
@Controller()
export class ShutdownController {
  constructor(private readonly history: ShutdownHistory) {}

  @Endpoint('shutdown.history')
  async list(@Input() { query }: EndpointInput<'shutdown.history'>): Promise<ShutdownHistoryPage> {
    return { shutdowns: await this.history.list(query) };
  }
}
