import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Config } from '@holdfast/config';
import { AppError } from '@holdfast/contracts';
import { Shutdown, type StepContext } from '@holdfast/shutdown';
import { CONFIG } from '../../config.token.js';
import { pathOf } from './request-path.js';

/** Probes and scrapers are answered to the end. */
const ALWAYS = /^\/(?:health|metrics)(?:\/|$)/;
/** The other phases need the greater part of the time. */
const SHARE_OF_BUDGET = 0.2;
const RETRY_AFTER_MS = 1_000;

/**
 * Ends HTTP in order. From the first signal on each reply closes its connection, so that a client takes another instance
 * for its next request; in the phase `requests` new requests are refused as `draining`, and those at work are waited for.
 * What still streams when the time is up is cut, or it would hold the listener open for ever.
 */
@Injectable()
export class RequestDrain {
  private readonly active = new Set<FastifyReply>();
  private fastify: FastifyInstance | undefined;
  private refusing = false;
  private onIdle: () => void = () => undefined;

  constructor(
    private readonly shutdown: Shutdown,
    @Inject(CONFIG) { service, gateway }: Config,
  ) {
    const timeoutMs = Math.min(gateway.requestTimeoutMs, service.shutdownTimeoutMs * SHARE_OF_BUDGET);
    const left = () => this.active.size;
    shutdown.onShutdown('http requests', { phase: 'requests', timeoutMs, left }, (context) => this.drain(context));
  }

  /** Follows the requests of `fastify` from now on. */
  install(fastify: FastifyInstance): void {
    this.fastify = fastify;
    fastify.addHook('onRequest', (request, reply, done) => {
      if (this.shutdown.isDraining) reply.header('connection', 'close');
      if (ALWAYS.test(pathOf(request))) {
        done();
        return;
      }
      if (this.refusing) {
        done(new AppError('draining', 'this instance is going away', { retryAfterMs: RETRY_AFTER_MS }));
        return;
      }
      this.active.add(reply);
      // Also fired for a connection that was cut, which no later hook sees.
      reply.raw.once('close', () => {
        this.active.delete(reply);
        if (this.active.size === 0) this.onIdle();
      });
      done();
    });
  }

  private async drain({ signal, note }: StepContext): Promise<void> {
    this.refusing = true;
    note({ atWork: this.active.size });
    signal.addEventListener('abort', () => {
      for (const reply of this.active) reply.raw.destroy();
    });
    await new Promise<void>((resolve) => {
      this.onIdle = resolve;
      if (this.active.size === 0) resolve();
    });
    this.fastify?.server.closeIdleConnections();
  }
}
