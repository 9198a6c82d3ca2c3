export { HealthModule } from './health.module.js';
export { HealthRegistry } from './health.registry.js';
export type {
  HealthCheckFn,
  HealthCheckOptions,
  HealthReport,
  HealthSnapshot,
  HealthState,
  HealthTransition,
} from './state/health-state.js';
export type { PeerViews } from './state/peer-views.js';
