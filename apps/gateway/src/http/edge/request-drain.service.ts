import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { Config } from '@holdfast/config';
import { AppError } from '@holdfast/contracts';
import { Shutdown } from '@holdfast/shutdown';
import { CONFIG } from '../../config.token.js';
import { pathOf } from './request-path.js';

/** Probes and scrapers are answered to the end. */
const ALWAYS = /^\/(?:health|metrics)(?:\/|$)/;
/** The other phases need the greater part of the time. */
const SHARE_OF_BUDGET = 0.25;
const RETRY_AFTER_MS = 1_000;

/** Ends HTTP in order: in the phase `requests` new ones are refused as `draining`, and those at work are waited for. */
@Injectable()
export class RequestDrain {
  private active = 0;
  private refusing = false;
  private onIdle: () => void = () => undefined;

  constructor(shutdown: Shutdown, @Inject(CONFIG) { service, gateway }: Config) {
    const timeoutMs = Math.min(gateway.requestTimeoutMs, service.shutdownTimeoutMs * SHARE_OF_BUDGET);
    shutdown.onShutdown('http requests', { phase: 'requests', timeoutMs }, () => this.drain());
  }

  /** Counts the requests of `fastify` from now on. */
  install(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, reply, done) => {
      if (this.refusing && !ALWAYS.test(pathOf(request))) {
        reply.header('connection', 'close');
        done(new AppError('draining', 'this instance is going away', { retryAfterMs: RETRY_AFTER_MS }));
        return;
      }
      this.active += 1;
      // Also fired for a connection that was cut, which no later hook sees.
      reply.raw.once('close', () => {
        this.active -= 1;
        if (this.active === 0) this.onIdle();
      });
      done();
    });
  }

  private drain(): Promise<void> {
    this.refusing = true;
    return new Promise((resolve) => {
      this.onIdle = resolve;
      if (this.active === 0) resolve();
    });
  }
}
