import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import type { Deliveries } from './deliveries.js';
import { GapWatch } from './gap-watch.js';
import type { Member } from './member.js';
import type { PlainToClient, PlainToServer } from './plain-protocol.js';
import type { Runs } from './runs.js';

export interface PlainMemberOptions {
  readonly url: string;
  readonly room: { readonly name: string; readonly size: number };
  readonly deliveries: Deliveries;
  readonly runs: Runs;
}

/** Somebody with plain Socket.IO and its defaults: it reconnects and buffers by itself, and asks anew for what was cut off. */
export class PlainMember implements Member {
  private readonly gap = new GapWatch();
  private readonly id = randomUUID();
  private readonly socket: Socket<PlainToClient, PlainToServer>;
  private runId: string | undefined;
  private isAsking = false;

  constructor(private readonly options: PlainMemberOptions) {
    const { url, room, deliveries, runs } = options;
    this.socket = io(url, {
      transports: ['websocket'],
      forceNew: true,
      autoConnect: false,
      query: { room: room.name },
    });
    this.gap.set(false);
    this.socket.on('disconnect', () => {
      this.gap.set(false);
    });
    this.socket.on('connect', () => {
      this.gap.set(true);
      // What the server had begun went away with it.
      if (this.runId !== undefined) this.socket.emit('ask', this.runId);
    });
    this.socket.on('said', (id) => {
      deliveries.seen(id, this.id);
    });
    this.socket.on('word', (runId, units, isLast) => {
      runs.progress(runId, units);
      if (!isLast) return;
      runs.ended(runId, true);
      this.runId = undefined;
      if (this.isAsking) this.ask();
    });
  }

  get isLive(): boolean {
    return this.gap.isLive;
  }

  get gapMs(): number {
    return this.gap.longest;
  }

  start(): void {
    this.socket.connect();
  }

  begin(): void {
    this.gap.restart();
  }

  say(): void {
    const { room, deliveries } = this.options;
    const id = randomUUID();
    deliveries.sent(id, room.size);
    this.socket.emit('say', room.name, id);
  }

  ask(): void {
    this.isAsking = true;
    this.runId = randomUUID();
    this.socket.emit('ask', this.runId);
  }

  rest(): void {
    this.isAsking = false;
  }

  stop(): void {
    this.socket.disconnect();
  }
}
