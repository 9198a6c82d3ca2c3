import { Controller, Get, Header } from '@nestjs/common';
import { METRICS_CONTENT_TYPE, metrics } from './metrics.js';

/** What Prometheus scrapes. Who may reach it is the business of the network. */
@Controller('metrics')
export class MetricsController {
  @Get()
  @Header('Cache-Control', 'no-store')
  @Header('Content-Type', METRICS_CONTENT_TYPE)
  async expose(): Promise<string> {
    return (await metrics.expose()).body;
  }
}
