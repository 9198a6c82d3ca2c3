import type { LogEvent } from '@holdfast/contracts';
import { metrics } from '@holdfast/observability';
import type { ThreadTarget } from '../rooms.js';
import type { Appended } from './broadcast-gate.port.js';
import type { GateLimits, PulledRange, RoomPosition, Schedule, ThreadPosition } from './gate-settings.js';

/** What a room needs of its surroundings. */
export interface RoomSurroundings {
  readonly deliver: (target: ThreadTarget, payload: Appended) => void;
  readonly pull: (threadId: string, afterSeq: number) => Promise<PulledRange>;
  readonly schedule: Schedule;
  readonly limits: GateLimits;
}

/**
 * One room of this process: lets the events of its thread pass in order, each once, without a hole.
 *
 *   waiting   nobody told the head yet; hints are held        --track or adoptMs--> flowing
 *   flowing   `last` was delivered; the next seq passes at once --hint above last+1--> holding
 *   holding   a predecessor is missing; wait holdMs           --it arrives--> flowing; --time--> pulling
 *   pulling   one read of the range is in flight              --range--> flowing or pulling; --given up--> flowing
 *
 * Guarantees: deliveries are contiguous from the first on; a new epoch is told by a delivery without events, upon which
 * clients begin anew; nothing passes that lies above the highest seq told for this very member version, so that a pull
 * cannot show a removed member what came after the removal.
 */
export class RoomGate {
  #epoch: string | undefined;
  /** Undefined only while waiting. */
  #last: number | undefined;
  /** Highest seq that a hint to this room, or an authorised read for it, has vouched for. */
  #known = 0;
  #fruitless = 0;
  #pulling = false;
  #closed = false;
  #cancelTimer: (() => void) | undefined;
  readonly #held = new Map<number, LogEvent>();

  constructor(
    readonly target: ThreadTarget,
    private readonly around: RoomSurroundings,
  ) {}

  /** Undefined while nobody told the head. */
  get position(): RoomPosition | undefined {
    if (this.#epoch === undefined || this.#last === undefined) return undefined;
    return { epoch: this.#epoch, last: this.#last };
  }

  /** Takes a head from an authorised read. @returns what the room's sockets had been given before this call. */
  track({ epoch, head, delivered = head, deliveredEpoch = epoch }: ThreadPosition): RoomPosition {
    const isNews = deliveredEpoch !== epoch;
    if (this.#last === undefined) {
      if (this.#epoch !== epoch) this.#held.clear();
      this.#begin(epoch, isNews ? head : Math.min(delivered, head));
      if (isNews) this.#deliver([]);
    } else if (this.#epoch !== epoch) {
      this.#startOver(epoch, head);
    } else if (isNews) {
      // Whoever is in the room already takes no notice.
      this.#deliver([]);
    }
    const position = { epoch, last: this.#last ?? head };
    this.#known = Math.max(this.#known, head);
    this.#flow();
    return position;
  }

  /** Takes events that were read from Postgres for this room. */
  advance(payload: Appended): void {
    const head = payload.events.at(-1)?.seq;
    if (head === undefined) return;
    if (this.#last !== undefined && this.#epoch !== payload.epoch) this.#startOver(payload.epoch, head);
    else this.receive(payload);
  }

  /** Takes a hint. */
  receive(payload: Appended): void {
    if (this.#last === undefined && this.#epoch !== payload.epoch) {
      this.#held.clear();
      this.#known = 0;
      this.#epoch = payload.epoch;
    }
    if (this.#epoch === payload.epoch) {
      this.#hold(payload.events);
      this.#flow();
    } else {
      // Not to be believed: a late hint of an old history looks the same. Our own Postgres tells.
      this.#pullSoon(0);
    }
  }

  close(): void {
    this.#closed = true;
    this.#stopTimer();
    this.#held.clear();
  }

  #hold(events: readonly LogEvent[]): void {
    for (const event of events) {
      this.#known = Math.max(this.#known, event.seq);
      if (event.seq <= (this.#last ?? 0) || this.#held.has(event.seq)) continue;
      // What does not fit is vouched for and will be pulled.
      if (this.#held.size < this.around.limits.maxHeld || event.seq === (this.#last ?? 0) + 1) {
        this.#held.set(event.seq, event);
      }
    }
  }

  /** Delivers what can be delivered, then waits for what is missing. */
  #flow(): void {
    if (this.#closed) return;
    if (this.#last === undefined) {
      this.#wait(this.around.limits.adoptMs, () => {
        this.#adopt();
      });
      return;
    }
    this.#deliverRun(this.#last);
    if (this.#known <= this.#last) {
      this.#fruitless = 0;
      this.#stopTimer();
    } else {
      this.#pullSoon(this.around.limits.holdMs);
    }
  }

  #deliverRun(last: number): void {
    const events: LogEvent[] = [];
    for (let next = this.#held.get(last + 1); next !== undefined; next = this.#held.get(next.seq + 1)) {
      events.push(next);
      this.#held.delete(next.seq);
    }
    this.#last = last + events.length;
    if (events.length > 0) this.#deliver(events);
  }

  #deliver(events: LogEvent[]): void {
    if (this.#epoch === undefined) return;
    this.around.deliver(this.target, { threadId: this.target.threadId, epoch: this.#epoch, events });
  }

  #begin(epoch: string, last: number): void {
    this.#stopTimer();
    this.#epoch = epoch;
    this.#last = last;
    for (const seq of this.#held.keys()) if (seq <= last) this.#held.delete(seq);
  }

  /** Nobody told the head in time: go by the hints, rather than hold them for ever. */
  #adopt(): void {
    if (this.#epoch === undefined || this.#held.size === 0) return;
    this.#begin(this.#epoch, Math.min(...this.#held.keys()) - 1);
    this.#flow();
  }

  #startOver(epoch: string, head: number): void {
    this.#held.clear();
    this.#begin(epoch, head);
    this.#known = head;
    this.#fruitless = 0;
    this.#deliver([]);
  }

  #pullSoon(ms: number): void {
    if (this.#pulling || this.#last === undefined) return;
    this.#wait(ms, () => {
      void this.#pullMissing();
    });
  }

  async #pullMissing(): Promise<void> {
    const before = this.#last;
    const epoch = this.#epoch;
    if (before === undefined || this.#closed) return;
    this.#pulling = true;
    metrics.counter('holdfast_gate_pulls_total').inc();
    const range = await this.around.pull(this.target.threadId, before).catch(() => undefined);
    this.#pulling = false;
    if (this.#isClosed()) return;
    // Begun before the room moved to another epoch, it would move it back.
    if (range !== undefined && epoch === this.#epoch) this.#takeRange(range);
    const last = this.#last ?? before;
    if (this.#known <= last) return;
    this.#fruitless = last > before ? 0 : this.#fruitless + 1;
    if (this.#fruitless >= this.around.limits.maxAttempts) this.#giveUp();
    else this.#pullSoon(this.#fruitless === 0 ? 0 : this.around.limits.retryMs * 2 ** (this.#fruitless - 1));
  }

  #takeRange({ epoch, head, events }: PulledRange): void {
    if (epoch !== this.#epoch) {
      this.#startOver(epoch, head);
      return;
    }
    const vouched = this.#known;
    this.#hold(events.filter(({ seq }) => seq <= vouched));
    if (this.#last !== undefined) this.#deliverRun(this.#last);
  }

  #giveUp(): void {
    this.#fruitless = 0;
    this.#held.clear();
    this.#known = this.#last ?? 0;
  }

  /** One timer a room: a shorter wait that is already running stays. */
  #wait(ms: number, fn: () => void): void {
    if (this.#cancelTimer !== undefined) return;
    this.#cancelTimer = this.around.schedule(ms, () => {
      this.#cancelTimer = undefined;
      fn();
    });
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  /** Asked through a method because the flow analysis does not see that time passed. */
  #isClosed(): boolean {
    return this.#closed;
  }
}
