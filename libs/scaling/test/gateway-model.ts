import type { LogEvent } from '@holdfast/contracts';
import { ThreadGate, threadRoom, type Appended, type PulledRange, type ThreadTarget } from '../src/index.js';
import { VirtualClock } from './virtual-clock.js';

const TENANT = 'acme';
const THREAD = '00000000-0000-4000-8000-000000000001';

/** A hint on its way to the gateway. */
interface Hint {
  readonly target: ThreadTarget;
  readonly payload: Appended;
}

/** A bare Socket.IO client: believes what it is given, in the order given. */
export class Observer {
  readonly faults: string[] = [];
  readonly seen = new Map<number, string>();
  epoch = '';
  last = 0;
  member = true;
  /** Set when removed: nothing from this seq of this epoch on may be shown to it. */
  removedAt = Infinity;
  removedIn = '';

  constructor(private readonly reopen: (observer: Observer) => void) {}

  /** The answer of an open replaces everything. */
  open(epoch: string, events: readonly LogEvent[]): void {
    this.seen.clear();
    this.epoch = epoch;
    this.last = 0;
    this.take(events);
  }

  receive({ epoch, events }: Appended): void {
    if (epoch !== this.epoch) this.reopen(this);
    else this.take(events);
  }

  take(events: readonly LogEvent[]): void {
    for (const { seq, id } of events) {
      if (this.epoch === this.removedIn && seq >= this.removedAt)
        this.faults.push(`saw ${seq} after its removal at ${this.removedAt}`);
      if (seq <= this.last) continue;
      if (seq > this.last + 1) this.faults.push(`gap: ${seq} after ${this.last}`);
      this.seen.set(seq, id);
      this.last = seq;
    }
  }
}

/** Postgres, one thread, one gateway and its sockets, with everything that can go wrong between them. */
export class GatewayModel {
  readonly clock = new VirtualClock();
  readonly observers: Observer[] = [];
  readonly network: Hint[] = [];
  readonly gate: ThreadGate;
  readonly deliveries: Appended[] = [];
  log: LogEvent[] = [];
  epoch = 'one';
  version = 0;
  pullFails = false;
  pullLimit = 200;
  pulls = 0;
  readonly #rooms = new Map<string, { target: ThreadTarget; members: Set<Observer> }>();

  constructor() {
    this.gate = new ThreadGate({
      pull: (_, afterSeq) => this.#pull(afterSeq),
      schedule: this.clock.schedule,
      onStale: () => {
        this.reauthorise();
      },
    });
    this.gate.attach((target, payload) => {
      this.deliveries.push(payload);
      for (const observer of [...(this.#rooms.get(threadRoom(target))?.members ?? [])]) observer.receive(payload);
    });
  }

  get head(): number {
    return this.log.length;
  }

  get target(): ThreadTarget {
    return { tenantId: TENANT, threadId: THREAD, memberVersion: this.version };
  }

  /** Commits events and puts their hint on the network. */
  append(count: number): void {
    const events = Array.from({ length: count }, (_, index) => this.#event(this.head + index + 1));
    this.log.push(...events);
    this.network.push({ target: this.target, payload: { threadId: THREAD, epoch: this.epoch, events } });
  }

  /** Delivers, doubles or loses one of the hints under way, whichever. */
  hint(pick: number, fate: 'deliver' | 'double' | 'lose'): void {
    const index = pick % Math.max(1, this.network.length);
    const hint = this.network[index];
    if (hint === undefined) return;
    if (fate !== 'double') this.network.splice(index, 1);
    if (fate === 'lose') return;
    // The adapter drops what is meant for a room that nobody here is in.
    if (this.#rooms.has(threadRoom(hint.target))) this.gate.receive(hint.target, hint.payload);
    else this.gate.overheard(hint.target);
  }

  join(): void {
    const observer = new Observer((again) => {
      this.#open(again);
    });
    this.observers.push(observer);
    this.#open(observer);
  }

  leave(pick: number): void {
    const [observer] = this.observers.splice(pick % Math.max(1, this.observers.length), 1);
    if (observer !== undefined) this.#leaveAll(observer);
  }

  /** Removes a member elsewhere; this gateway is not told. */
  remove(pick: number): void {
    const observer = this.observers.filter(({ member }) => member)[pick % 7];
    if (observer === undefined) return;
    observer.member = false;
    observer.removedAt = this.head + 1;
    observer.removedIn = this.epoch;
    this.version += 1;
    this.append(1);
  }

  /** A failover that lost the newest events. */
  failover(lost: number): void {
    this.log = this.log.slice(0, Math.max(0, this.head - lost));
    this.epoch += '+';
  }

  poll(): void {
    this.reauthorise();
    this.gate.track(this.target, { epoch: this.epoch, head: this.head });
  }

  reauthorise(): void {
    for (const [name, { target, members }] of [...this.#rooms]) {
      if (name === threadRoom(this.target)) continue;
      const had = this.gate.position(target);
      const moving = [...members].filter(({ member }) => member && had !== undefined);
      for (const observer of moving) this.#enter(observer);
      for (const observer of [...members]) this.#exit(name, observer);
      if (had === undefined) continue;
      const { head, epoch } = this;
      const now = this.gate.track(this.target, { epoch, head, delivered: had.last, deliveredEpoch: had.epoch });
      if (now === undefined) continue;
      if (now.epoch === had.epoch) for (const observer of moving) observer.take(this.log.slice(had.last, now.last));
    }
  }

  /** Room members as the gateway moves them, then quiet: hints arrive, polls run, pulls succeed. */
  async settle(): Promise<void> {
    this.pullFails = false;
    while (this.network.length > 0) this.hint(0, 'deliver');
    for (let round = 0; round < 20; round += 1) {
      this.poll();
      await this.clock.advance(2_000);
    }
  }

  #event(seq: number): LogEvent {
    return {
      seq,
      id: `${this.epoch}-${seq}`,
      threadId: THREAD,
      senderId: null,
      at: '2026-01-01T00:00:00.000Z',
      v: 1,
      type: 'thread.renamed',
      data: { title: 'x' },
    };
  }

  #open(observer: Observer): void {
    this.#leaveAll(observer);
    if (!observer.member) return;
    const { head, epoch } = this;
    observer.open(epoch, this.log.slice(0, head));
    this.#enter(observer);
    const position = this.gate.track(this.target, { epoch, head });
    if (position !== undefined) observer.take(this.log.slice(head, position.last));
  }

  #enter(observer: Observer): void {
    const { target } = this;
    const room = this.#rooms.get(threadRoom(target)) ?? { target, members: new Set() };
    if (!this.#rooms.has(threadRoom(target))) {
      this.#rooms.set(threadRoom(target), room);
      this.gate.opened(target);
    }
    room.members.add(observer);
  }

  #exit(name: string, observer: Observer): void {
    const room = this.#rooms.get(name);
    if (room?.members.delete(observer) !== true || room.members.size > 0) return;
    this.#rooms.delete(name);
    this.gate.closed(room.target);
  }

  #leaveAll(observer: Observer): void {
    for (const name of [...this.#rooms.keys()]) this.#exit(name, observer);
  }

  async #pull(afterSeq: number): Promise<PulledRange> {
    this.pulls += 1;
    await this.clock.wait(5);
    if (this.pullFails) throw new Error('postgres is away');
    const events = this.log.slice(afterSeq, afterSeq + this.pullLimit);
    const range = { epoch: this.epoch, head: this.head, events };
    await this.clock.wait(5);
    return range;
  }
}
