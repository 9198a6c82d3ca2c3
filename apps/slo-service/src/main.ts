import 'reflect-metadata';
import { ConfigError, loadConfig } from '@holdfast/config';
import { endOnSignal } from '@holdfast/shutdown';

/** `EX_CONFIG` of sysexits.h: a restart without a change is useless. */
const EXIT_CONFIG = 78;

try {
  // Before the application is even loaded, which takes a moment.
  const takenOver = endOnSignal();
  const config = loadConfig('slo-service');
  const { bootstrap } = await import('./bootstrap.js');
  await bootstrap(config, takenOver);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = EXIT_CONFIG;
}
