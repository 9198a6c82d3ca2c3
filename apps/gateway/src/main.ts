import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConfigError, loadConfig, type Config } from '@holdfast/config';
import { AppModule } from './app.module.js';

/** `EX_CONFIG` of sysexits: restarting without a change is useless. */
const EXIT_CONFIG = 78;

function configOrExit(): Config {
  try {
    return loadConfig('gateway');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT_CONFIG);
  }
}

const config = configOrExit();
const app = await NestFactory.create<NestFastifyApplication>(AppModule.register(config), new FastifyAdapter());
await app.listen(config.service.port, config.service.host);
