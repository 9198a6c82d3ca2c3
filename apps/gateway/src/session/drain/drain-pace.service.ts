import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '@holdfast/config';
import { CONFIG } from '../../config.token.js';
import { Fleet } from '../fleet.service.js';
import { handoffWindowMs } from './handoff-pace.js';

/** Part of the whole shutdown that the handoff may take. */
const SHARE_OF_BUDGET = 0.3;
/** The registry has this long to tell who survives, in ms. */
const ASK_WITHIN_MS = 300;

/** How fast sockets may be sent away. */
@Injectable()
export class DrainPace {
  constructor(
    private readonly fleet: Fleet,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Longest time of the handoff, in ms. */
  get timeoutMs(): number {
    return Math.ceil(this.config.service.shutdownTimeoutMs * SHARE_OF_BUDGET);
  }

  /** Time over which `sockets` are told to move, in ms, `maxMs` at most. */
  async windowMs(sockets: number, maxMs: number): Promise<number> {
    const survivors = await Promise.race([this.fleet.survivors(), delay(ASK_WITHIN_MS, [])]);
    return handoffWindowMs(sockets, survivors, { maxMs, limits: this.config.limits });
  }
}
