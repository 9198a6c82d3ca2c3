import { inheritedEnvironment } from '@holdfast/config';

/** Names by which the global set-up of jest tells tests about the servers of the run. */
export const RUN_VARIABLES = {
  postgresUrl: 'HOLDFAST_TEST_POSTGRES_URL',
  redisUrl: 'HOLDFAST_TEST_REDIS_URL',
  /** Why the template database could not be migrated. */
  migrationError: 'HOLDFAST_TEST_MIGRATION_ERROR',
} as const;

/** Database that has been migrated once and is cloned for each test. */
export const TEMPLATE_DATABASE = 'holdfast_template';

/** The server URL that the global set-up left; only the projects integration and e2e have one. */
export function runVariable(name: keyof typeof RUN_VARIABLES): string | undefined {
  return inheritedEnvironment()[RUN_VARIABLES[name]];
}

/** The URL of a server of this run. */
export function requireRunVariable(name: 'postgresUrl' | 'redisUrl'): string {
  const value = runVariable(name);
  if (value === undefined) throw new Error('No servers in this run: name the file *.int-spec.ts or *.e2e-spec.ts.');
  return value;
}
