import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { createLogger } from '@holdfast/observability';
import { Shutdown, ShutdownModule } from '../src/index.js';

@Module({ imports: [ShutdownModule] })
class FixtureModule {}

/** A process that registers the steps of its scenario, says so, and waits for signals. */
const scenario = process.argv[2];
const say = (line: string) => process.stdout.write(`${line}\n`);

const app = await NestFactory.createApplicationContext(FixtureModule, { logger: false });
const logger = createLogger({ app: 'fixture', instanceId: 'fixture-1', level: 'error', pretty: false });
const shutdown = app.get(Shutdown);

shutdown.onShutdown('ready', { phase: 'mark', timeoutMs: 100 }, () => say('mark'));
shutdown.onShutdown('run', { phase: 'agents', timeoutMs: 5_000 }, async () => {
  say('agents');
  if (scenario === 'hang') await new Promise(() => undefined);
  if (scenario === 'fail') throw new Error('no');
});
shutdown.onShutdown('pool', { phase: 'resources', timeoutMs: 500 }, () => say('resources'));
shutdown.install(app, logger, { timeoutMs: scenario === 'hang' ? 20_000 : 3_000 });

// Something that keeps the process alive, as a listener would.
setInterval(() => undefined, 60_000);
say('up');
if (scenario === 'fault') void Promise.reject(new Error('nobody catches this'));
