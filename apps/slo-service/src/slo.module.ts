import { Module, type DynamicModule } from '@nestjs/common';
import { LOGGER, type Logger } from '@holdfast/observability';
import { ALERT_POLICY } from '@holdfast/slo';
import { DefinitionDocuments } from './definitions/definition-documents.service.js';
import { DefinitionsController } from './definitions/definitions.controller.js';
import { DefinitionsService } from './definitions/definitions.service.js';
import type { DeliveryOptions } from './delivery/delivery-options.js';
import { DeliveryModule } from './delivery/delivery.module.js';
import { AlertClosing } from './evaluate/alert-closing.service.js';
import { EVALUATION, type EvaluationOptions } from './evaluate/evaluation-options.js';
import { EvaluatorService } from './evaluate/evaluator.service.js';
import { ReportSink } from './ingest/report-sink.service.js';
import { OVERDUE_RUNS } from './queue/overdue-runs-options.js';
import { OverdueRuns } from './queue/overdue-runs.service.js';
import { SloGauges } from './query/slo-gauges.service.js';
import { SloQueries } from './query/slo-queries.service.js';
import { RetentionService } from './rollup/retention.service.js';
import { RollupService } from './rollup/rollup.service.js';
import { SloController } from './slo.controller.js';

function evaluationOf({ alerts }: DeliveryOptions, logger: Logger): EvaluationOptions {
  const { evaluateEveryMs, recoverMs, minFiringMs } = alerts;
  return { everyMs: evaluateEveryMs, policy: { ...ALERT_POLICY, recoverMs, minFiringMs }, logger };
}

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
        {
          provide: EVALUATION,
          inject: [LOGGER],
          useFactory: (logger: Logger): EvaluationOptions => evaluationOf(options, logger),
        },
        EvaluatorService,
        AlertClosing,
        SloQueries,
        SloGauges,
        { provide: OVERDUE_RUNS, useValue: { region: options.region } },
        OverdueRuns,
      ],
    };
  }
}
