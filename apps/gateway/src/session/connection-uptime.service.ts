import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { HealthRegistry } from '@holdfast/health';
import { ConnectionRegistry } from '@holdfast/scaling';
import { SloRecorder } from '@holdfast/slo-recorder';
import type { ChatSocket } from './chat-socket.js';
import { LiveSessions, type SessionListener } from './live-sessions.service.js';
import { LossLedger, type Loss } from './loss-ledger.js';

const SLO = 'websocket-uptime';
const TICK_MS = 1_000;
const PROBE_EVERY_MS = 60_000;

/** People whose whereabouts are asked for at a time. */
const MAX_LOOKED_UP = 50;

/** Reasons of an end that somebody wanted. */
const WANTED: ReadonlySet<string> = new Set(['client namespace disconnect', 'server namespace disconnect']);

/** Reasons by which a link broke: nobody closes a page like that. */
const BROKEN: ReadonlySet<string> = new Set(['ping timeout', 'transport error']);

/**
 * Counts connection-seconds: good while connected, bad from an unwanted end until the person is back, here or at another
 * gateway. A page that was closed looks like a link that was cut, so that a close without a return is left out; a broken
 * link without a return is bad for as long as a loss may count. While nobody is connected a probe stands in.
 */
@Injectable()
export class ConnectionUptime implements SessionListener, OnApplicationBootstrap, OnModuleDestroy {
  private readonly losses = new LossLedger();
  private timer: NodeJS.Timeout | undefined;
  private count = 0;
  private since = performance.now();
  private connectedMs = 0;
  private probedAt = performance.now();
  private isLooking = false;

  constructor(
    private readonly recorder: SloRecorder,
    private readonly registry: ConnectionRegistry,
    private readonly health: HealthRegistry,
    private readonly sessions: LiveSessions,
  ) {}

  onApplicationBootstrap(): void {
    this.sessions.listen(this);
    this.timer = setInterval(() => {
      this.tick();
    }, TICK_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.settle();
  }

  added(socket: ChatSocket): void {
    this.change(1);
    const lostMs = this.losses.back(socket.data.session.user, performance.now());
    if (lostMs !== undefined) this.recorder.bad(SLO, Math.round(lostMs / 1_000));
  }

  removed(socket: ChatSocket, reason: string): void {
    this.change(-1);
    if (WANTED.has(reason)) return;
    const { tenantId, userId } = socket.data.session.user;
    // Whoever is connected elsewhere already has lost nothing: a handoff, or another tab.
    if (this.registry.isHere({ tenantId, userId })) return;
    this.losses.add({ tenantId, userId }, { at: performance.now(), isBroken: BROKEN.has(reason) });
  }

  private change(by: number): void {
    const now = performance.now();
    this.connectedMs += this.count * (now - this.since);
    this.since = now;
    this.count += by;
  }

  /** Whole seconds are counted; what is left over is kept for the next time. */
  private settle(): void {
    this.change(0);
    const seconds = Math.floor(this.connectedMs / 1_000);
    this.connectedMs -= seconds * 1_000;
    this.recorder.good(SLO, seconds);
  }

  private tick(): void {
    this.settle();
    const now = performance.now();
    for (const { isBroken } of this.losses.expire(now)) {
      if (isBroken) this.recorder.bad(SLO, LossLedger.maxMs / 1_000);
      else this.recorder.exclude(SLO, LossLedger.maxMs / 1_000);
    }
    if (this.count > 0) this.probedAt = now;
    else if (now - this.probedAt >= PROBE_EVERY_MS) this.probe(now);
    if (!this.isLooking) void this.lookUp(now);
  }

  private probe(now: number): void {
    this.probedAt = now;
    const isUp = this.health.views().get('websocket.self-probe')?.state !== 'down';
    this.recorder[isUp ? 'good' : 'bad'](SLO, PROBE_EVERY_MS / 1_000);
  }

  /** Asks the registry for those who may have come back at another gateway. */
  private async lookUp(now: number): Promise<void> {
    const due = this.losses.due(now, MAX_LOOKED_UP);
    if (due.length === 0) return;
    this.isLooking = true;
    try {
      const found = await this.registry.locate(due.map(({ user }) => user));
      due.forEach((loss, index) => {
        const places = found[index];
        if (places !== undefined && places !== 'unknown' && places.length > 0) this.found(loss);
      });
    } catch {
      // Unknown; the next look tells.
    } finally {
      this.isLooking = false;
    }
  }

  private found({ user, lostMs }: Loss): void {
    if (this.losses.back(user, performance.now()) !== undefined) this.recorder.bad(SLO, Math.floor(lostMs / 1_000));
  }
}
