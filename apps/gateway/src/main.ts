import 'reflect-metadata';
import { BUILD_VERSION } from '@holdfast/contracts';
import { ConfigError, loadConfig } from '@holdfast/config';
import { Shutdown } from '@holdfast/shutdown';
import { createGateway } from './create-gateway.js';

/** `EX_CONFIG` of sysexits.h: a restart without a change is useless. */
const EXIT_CONFIG = 78;

try {
  const config = loadConfig('gateway');
  const { shutdownTimeoutMs: timeoutMs, shutdownGraceMs: graceMs } = config.service;
  const gateway = await createGateway(config);
  const { app, logger } = gateway;
  app.get(Shutdown).install(app, logger, { timeoutMs, graceMs });
  await gateway.listen();
  logger.info({ url: await app.getUrl(), version: BUILD_VERSION }, 'ready');
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = EXIT_CONFIG;
}
