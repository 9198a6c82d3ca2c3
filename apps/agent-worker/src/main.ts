import 'reflect-metadata';
import { ConfigError, loadConfig } from '@holdfast/config';
import { BUILD_VERSION } from '@holdfast/contracts';
import { Shutdown } from '@holdfast/shutdown';
import { createWorker } from './create-worker.js';

/** `EX_CONFIG` of sysexits.h: a restart without a change is useless. */
const EXIT_CONFIG = 78;

try {
  const config = loadConfig('agent-worker');
  const { host, port, shutdownTimeoutMs, shutdownGraceMs } = config.service;
  const { app, logger } = await createWorker(config);
  app.get(Shutdown).install(app, logger, { timeoutMs: shutdownTimeoutMs, graceMs: shutdownGraceMs });
  await app.listen(port, host);
  logger.info({ url: await app.getUrl(), version: BUILD_VERSION }, 'ready');
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = EXIT_CONFIG;
}
