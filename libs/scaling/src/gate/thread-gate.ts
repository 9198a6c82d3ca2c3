import { threadRoom, type ThreadTarget } from '../rooms.js';
import { BroadcastGate, type Appended, type Deliver } from './broadcast-gate.port.js';
import {
  GATE_LIMITS,
  realSchedule,
  type GateLimits,
  type GateSettings,
  type PulledRange,
  type RoomPosition,
  type Schedule,
  type ThreadPosition,
} from './gate-settings.js';
import { Limiter } from './limiter.js';
import { RoomGate } from './room-gate.js';

/**
 * Gives every room of this process one gap-free order of its thread's events, whatever the hints do: get lost, double,
 * overtake. It knows a room only while a socket of this process is in it.
 *
 * How to open a thread without a hole: read head and events, join the room, and call {@link track} in the same tick.
 * From then on the socket gets everything above the `last` that `track` answers; if that is above the head that was
 * read, read the rest and answer it too. Never let a read that serves an open begin before its authorisation.
 */
export class ThreadGate extends BroadcastGate {
  readonly #rooms = new Map<string, RoomGate>();
  readonly #versions = new Map<string, Set<number>>();
  readonly #reported = new Map<string, number>();
  readonly #limits: GateLimits;
  readonly #limiter: Limiter;
  readonly #schedule: Schedule;
  #deliver: Deliver = () => undefined;

  constructor(private readonly settings: GateSettings) {
    super();
    this.#limits = { ...GATE_LIMITS, ...settings.limits };
    this.#limiter = new Limiter(this.#limits.maxPulls);
    this.#schedule = settings.schedule ?? realSchedule;
  }

  override attach(deliver: Deliver): void {
    this.#deliver = deliver;
  }

  override opened(target: ThreadTarget): void {
    const name = threadRoom(target);
    if (this.#rooms.has(name)) return;
    const room = new RoomGate(target, {
      deliver: (to, payload) => {
        this.#deliver(to, payload);
      },
      pull: (threadId, afterSeq) => this.#limiter.run(() => this.#pull(threadId, afterSeq)),
      schedule: this.#schedule,
      limits: this.#limits,
    });
    this.#rooms.set(name, room);
    const versions = this.#versions.get(target.threadId) ?? new Set();
    this.#versions.set(target.threadId, versions.add(target.memberVersion));
  }

  override closed(target: ThreadTarget): void {
    const name = threadRoom(target);
    this.#rooms.get(name)?.close();
    this.#rooms.delete(name);
    const versions = this.#versions.get(target.threadId);
    versions?.delete(target.memberVersion);
    if (versions?.size !== 0) return;
    this.#versions.delete(target.threadId);
    this.#reported.delete(target.threadId);
  }

  override receive(target: ThreadTarget, payload: Appended): void {
    const room = this.#rooms.get(threadRoom(target));
    if (room === undefined) this.overheard(target);
    else room.receive(payload);
  }

  override overheard({ tenantId, threadId, memberVersion }: ThreadTarget): void {
    const versions = this.#versions.get(threadId);
    if (versions === undefined || Math.max(...versions) >= memberVersion) return;
    if ((this.#reported.get(threadId) ?? 0) >= memberVersion) return;
    this.#reported.set(threadId, memberVersion);
    this.settings.onStale?.({ tenantId, threadId, memberVersion });
  }

  override passed(target: ThreadTarget, event: string, payload: unknown): void {
    if (this.#rooms.has(threadRoom(target))) this.settings.onPassed?.(target, event, payload);
  }

  /**
   * Tells a room the head that an authorised read of this member version found: at each open, when sockets move to a new
   * version (`delivered` and `deliveredEpoch` = the position of the room they leave), and from the poll; what is missing is then pulled and delivered.
   *
   * @returns what had been delivered to the room before, or undefined if no socket of this process is in it.
   */
  track(target: ThreadTarget, position: ThreadPosition): RoomPosition | undefined {
    return this.#rooms.get(threadRoom(target))?.track(position);
  }

  /** Delivers events that were read from Postgres for this member version. */
  advance(target: ThreadTarget, payload: Appended): void {
    this.#rooms.get(threadRoom(target))?.advance(payload);
  }

  /** Where the room stands, or undefined if it has no socket here or nobody told its head. */
  position(target: ThreadTarget): RoomPosition | undefined {
    return this.#rooms.get(threadRoom(target))?.position;
  }

  /** The rooms that have sockets in this process. */
  targets(): ThreadTarget[] {
    return [...this.#rooms.values()].map(({ target }) => target);
  }

  /** Forgets every room. */
  close(): void {
    for (const { target } of [...this.#rooms.values()]) this.closed(target);
  }

  async #pull(threadId: string, afterSeq: number): Promise<PulledRange> {
    let cancel: () => void = () => undefined;
    const late = new Promise<never>((_, reject) => {
      cancel = this.#schedule(this.#limits.pullTimeoutMs, () => {
        reject(new Error('the pull did not end in time'));
      });
    });
    try {
      return await Promise.race([this.settings.pull(threadId, afterSeq), late]);
    } finally {
      cancel();
    }
  }
}
