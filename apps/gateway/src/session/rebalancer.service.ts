import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Config } from '@holdfast/config';
import { choose, INITIAL, rebalance, type RebalanceState } from '@holdfast/scaling';
import { CONFIG } from '../config.token.js';
import { Fleet } from './fleet.service.js';
import { LiveSessions } from './live-sessions.service.js';
import { SocketHandoff } from './socket-handoff.service.js';

/** Evens out the sockets of the gateways: looks once a heartbeat, and acts as {@link rebalance} says. */
@Injectable()
export class Rebalancer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private state: RebalanceState = INITIAL;
  private timer: NodeJS.Timeout | undefined;
  private isOver = false;

  constructor(
    private readonly fleet: Fleet,
    private readonly sessions: LiveSessions,
    private readonly handoff: SocketHandoff,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.gateway.rebalance) this.schedule();
  }

  beforeApplicationShutdown(): void {
    this.isOver = true;
    clearTimeout(this.timer);
  }

  private schedule(): void {
    // Jittered: gateways that begin together must not decide together on the same figures for ever.
    const afterMs = this.config.service.heartbeatMs * (0.9 + Math.random() / 5);
    this.timer = setTimeout(() => {
      void this.tick().finally(() => {
        if (!this.isOver) this.schedule();
      });
    }, afterMs).unref();
  }

  private async tick(): Promise<void> {
    const fleet = await this.fleet.others();
    if (this.isOver) return;
    const candidates = fleet.others.length === 0 ? [] : this.handoff.candidates();
    const own = this.sessions.count;
    const { state, move } = rebalance(this.state, { ...fleet, own, movable: candidates.length });
    this.state = state;
    if (move === 0) return;
    this.handoff.move(choose(candidates, move, Math.random), this.config.service.heartbeatMs);
  }
}
