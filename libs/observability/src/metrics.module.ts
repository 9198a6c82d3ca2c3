import { Module } from '@nestjs/common';
import { MetricsController } from './metrics.controller.js';

/** GET /metrics, for apps whose HTTP port serves operators only. */
@Module({ controllers: [MetricsController] })
export class MetricsModule {}
