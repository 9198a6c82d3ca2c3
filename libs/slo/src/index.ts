export {
  ALERT_POLICY,
  NEVER_EVALUATED,
  NO_DATA_RULE,
  TRANSITIONS,
  type AlertPolicy,
  type AlertState,
  type AlertStep,
  type Incident,
  type RuleRef,
  type Signal,
  type Transition,
} from './alert/alert-state.js';
export { isAbove } from './alert/severity.js';
export { stepAlert } from './alert/step-alert.js';
export { forecastBudget, type BudgetForecast } from './budget/budget-forecast.js';
export { errorBudget, keepsPromise, type ErrorBudget } from './budget/error-budget.js';
export { burnRate } from './burn/burn-rate.js';
export {
  BURN_RULES,
  burnFactor,
  rulesFor,
  SEVERITIES,
  thresholdOf,
  type BurnRule,
  type Severity,
} from './burn/burn-rules.js';
export { detectionMs, silenceLimitMs } from './burn/detection.js';
export { judgeRule, type RuleJudgement, type Verdict } from './burn/judge-rule.js';
export { isEvidence } from './burn/sample-guard.js';
export { checkDefinition, DEFINITION_FAULTS, type DefinitionFault } from './definition/check-definition.js';
export { deadlineOf, DEFAULT_SLOS } from './definition/default-slos.js';
export { budgetOf, type SloDefinition } from './definition/slo-definition.js';
export {
  evaluateSlo,
  type Evaluation,
  type EvaluationInput,
  type SloAlerts,
  type SloStatus,
} from './evaluate/evaluate-slo.js';
export { burnSignal } from './evaluate/signals.js';
export { admit, type Admission, type AdmissionContext, type Tally } from './ingest/admit.js';
export { coverageOf, mergeLedgers, type EpochLedger } from './ingest/epoch-ledger.js';
export {
  dimsKey,
  mergeRows,
  NO_ROWS,
  rowsOf,
  seriesKey,
  seriesOf,
  type MergedRows,
  type SourceRow,
} from './ingest/merged-rows.js';
export {
  BUCKET_WIDTHS,
  INGEST_CODES,
  INGEST_LIMITS,
  type CountsClaim,
  type IngestCode,
  type Snapshot,
  type SnapshotBucket,
} from './ingest/snapshot.js';
export { CountSeries, windowBefore, type Span } from './series/count-series.js';
export { errorRatio, totalOf, type Bucket, type Counts } from './series/counts.js';
export { trendOf, type Trend } from './trend/trend.js';
