import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { createLogger } from '@holdfast/observability';
import { endOnSignal, Shutdown, ShutdownModule } from '../src/index.js';

@Module({ imports: [ShutdownModule] })
class FixtureModule {}

/** A process that registers the steps of its scenario, says so, and waits for signals. */
const scenario = process.argv[2];
const say = (line: string) => process.stdout.write(`${line}\n`);
const TIMEOUTS_MS: Readonly<Record<string, number>> = { hang: 20_000, overrun: 1_500, block: 1_000 };

const installed = endOnSignal();
if (scenario === 'boot') {
  say('up');
  await delay(60_000);
}

const app = await NestFactory.createApplicationContext(FixtureModule, { logger: false });
const logger = createLogger({ app: 'fixture', instanceId: 'fixture-1', level: 'warn', pretty: false });
const shutdown = app.get(Shutdown);

shutdown.onShutdown('ready', { phase: 'mark', timeoutMs: 100 }, () => say('mark'));
shutdown.onShutdown('run', { phase: 'agents', timeoutMs: 5_000, left: () => 1 }, async () => {
  say('agents');
  if (scenario === 'hang' || scenario === 'overrun') await new Promise(() => undefined);
  if (scenario === 'fail') throw new Error('no');
  while (scenario === 'block');
});
shutdown.onShutdown('pool', { phase: 'resources', timeoutMs: 500 }, () => say('resources'));
shutdown.install(app, logger, { timeoutMs: TIMEOUTS_MS[scenario ?? ''] ?? 3_000 });
installed();
if (scenario === 'twice') shutdown.onShutdown('pool', { phase: 'mark', timeoutMs: 1 }, () => undefined);

if (scenario === 'opening') {
  const opening = shutdown.unlessDraining(async () => {
    say('up');
    while (!shutdown.isDraining) await delay(10);
    throw new Error('what the port needs is closed already');
  });
  if (!(await opening)) say('never opened');
}
// Something that keeps the process alive, as a listener would.
setInterval(() => undefined, 60_000);
say('up');
if (scenario === 'fault') void Promise.reject(new Error('nobody catches this'));
