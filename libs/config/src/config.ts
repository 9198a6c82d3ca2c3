import { alertsSection } from './sections/alerts.config.js';
import { authSection } from './sections/auth.config.js';
import { databaseSection } from './sections/database.config.js';
import { gatewaySection } from './sections/gateway.config.js';
import { limitsSection } from './sections/limits.config.js';
import { redisSection } from './sections/redis.config.js';
import { serviceSection } from './sections/service.config.js';
import { workerSection } from './sections/worker.config.js';
import type { SectionValues } from './variable.js';

/** Every section, in the order of the documentation. */
export const SECTIONS = {
  service: serviceSection,
  database: databaseSection,
  redis: redisSection,
  auth: authSection,
  limits: limitsSection,
  gateway: gatewaySection,
  worker: workerSection,
  alerts: alertsSection,
} as const;

/** The whole configuration of a process, parsed and frozen at boot. */
export type Config = { readonly [K in keyof typeof SECTIONS]: SectionValues<(typeof SECTIONS)[K]> };
