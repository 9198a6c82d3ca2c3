import { Module, type DynamicModule } from '@nestjs/common';
import { DefinitionDocuments } from './definitions/definition-documents.service.js';
import { DefinitionsController } from './definitions/definitions.controller.js';
import { DefinitionsService } from './definitions/definitions.service.js';
import type { DeliveryOptions } from './delivery/delivery-options.js';
import { DeliveryModule } from './delivery/delivery.module.js';
import { EvaluatorService } from './evaluate/evaluator.service.js';
import { ReportSink } from './ingest/report-sink.service.js';
import { OVERDUE_RUNS } from './queue/overdue-runs-options.js';
import { OverdueRuns } from './queue/overdue-runs.service.js';
import { SloGauges } from './query/slo-gauges.service.js';
import { SloQueries } from './query/slo-queries.service.js';
import { RetentionService } from './rollup/retention.service.js';
import { RollupService } from './rollup/rollup.service.js';
import { SloController } from './slo.controller.js';

/** Reports in, alerts out: ingest → sums → evaluation → notices, and whatever is asked about them. */
@Module({})
export class SloModule {
  static forRoot(options: DeliveryOptions): DynamicModule {
    return {
      module: SloModule,
      imports: [DeliveryModule.forRoot(options)],
      controllers: [SloController, DefinitionsController],
      providers: [
        DefinitionsService,
        DefinitionDocuments,
        ReportSink,
        RollupService,
        RetentionService,
        EvaluatorService,
        SloQueries,
        SloGauges,
        { provide: OVERDUE_RUNS, useValue: { region: options.region } },
        OverdueRuns,
      ],
    };
  }
}
