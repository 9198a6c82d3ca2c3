import { setTimeout as delay } from 'node:timers/promises';
import { EXPIRY_GRACE_MS } from '../../system/system.js';
import { pause } from '../../run/pause.js';
import type { Recorder } from '../../system/recorder.js';
import type { WireClient } from '../wire/wire-client.js';

export interface VisitorOptions {
  /** A new client whose tokens end at `expiresAt` (ms since the Unix epoch). */
  readonly visit: (number: number, expiresAt: number) => WireClient;
  readonly recorder: Recorder;
  /** Lifetime of each token. */
  readonly lifetimeMs: () => number;
}

/** Before the token ends, the client stops to claim that it follows anything. */
const EARLY_MS = 1_000;
const LATE_MS = 2_000;
const PROBE_MS = 4_000;

/** Comes with a short token, stays beyond its end, and notes when nothing may reach it any more. */
export class Visitor {
  constructor(private readonly options: VisitorOptions) {}

  async run(signal: AbortSignal): Promise<void> {
    for (let number = 1; !signal.aborted; number++) {
      const lifetimeMs = this.options.lifetimeMs();
      const client = this.options.visit(number, Date.now() + lifetimeMs);
      client.start();
      const stays = await pause(lifetimeMs - EARLY_MS, signal);
      client.copies.exitAll();
      if (stays && (await pause(EARLY_MS + EXPIRY_GRACE_MS + LATE_MS, signal))) await this.outlast(client);
      client.stop();
    }
  }

  /**
   * Two answered questions, some time apart, show that whatever was on its way has arrived, and that the gateway has had its
   * chance to look at the clock: frozen, or behind a bad link, it may be late without a fault of its own.
   */
  private async outlast(client: WireClient): Promise<void> {
    const { tenant, user, client: name } = client.options.observer;
    for (let answers = 0; answers < 2 && client.isConnected;) {
      const { outcome } = await client.command('system.status', {}, PROBE_MS);
      if (outcome !== 'info') answers++;
      await delay(LATE_MS);
    }
    this.options.recorder.record({ kind: 'access', what: 'expired', tenant, user, client: name });
    await delay(LATE_MS);
  }
}
