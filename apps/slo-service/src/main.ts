import 'reflect-metadata';
import { ConfigError, loadConfig } from '@holdfast/config';
import { bootstrap } from './bootstrap.js';

/** `EX_CONFIG` of sysexits.h: a restart without a change is useless. */
const EXIT_CONFIG = 78;

try {
  await bootstrap(loadConfig('slo-service'));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = EXIT_CONFIG;
}
