import 'reflect-metadata';
import { ConfigError, loadConfig } from '@holdfast/config';
import { BUILD_VERSION } from '@holdfast/contracts';
import { endOnSignal, Shutdown } from '@holdfast/shutdown';

/** `EX_CONFIG` of sysexits.h: a restart without a change is useless. */
const EXIT_CONFIG = 78;

try {
  // Before the application is even loaded, which takes a moment.
  const takenOver = endOnSignal();
  const config = loadConfig('agent-worker');
  const { shutdownTimeoutMs: timeoutMs, shutdownGraceMs: graceMs } = config.service;
  const { createWorker } = await import('./create-worker.js');
  const worker = await createWorker(config);
  const { app, logger } = worker;
  const shutdown = app.get(Shutdown);
  shutdown.install(app, logger, { timeoutMs, graceMs });
  takenOver();
  if (await shutdown.unlessDraining(() => worker.listen())) {
    logger.info({ url: await app.getUrl(), version: BUILD_VERSION }, 'ready');
  }
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = EXIT_CONFIG;
}
