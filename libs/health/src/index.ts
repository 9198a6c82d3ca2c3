export { HealthModule } from './health.module.js';
export { HealthRegistry } from './health.registry.js';
export type { HealthCheckFn, HealthCheckOptions, HealthSnapshot, HealthState } from './health-state.js';
