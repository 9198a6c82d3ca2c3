export { currentContext, newInstanceId, newTraceId, runWithContext, type LogContext } from './context.js';
export { createLogger, LOGGER, type Logger, type LoggerOptions } from './logger.js';
export { METRICS, type MetricName } from './metric-names.js';
export { metrics, type Exposition } from './metrics.js';
export { MetricsModule } from './metrics.module.js';
export { NestLogger } from './nest-logger.js';
export { ObservabilityModule, type ObservabilityOptions } from './observability.module.js';
