import { RedisAdapter } from '@socket.io/redis-adapter';
import type { BroadcastOptions } from 'socket.io-adapter';
import type { Namespace } from 'socket.io';
import type { BroadcastGate } from '../gate/broadcast-gate.port.js';
import { parseThreadRoom, threadRoom, type ThreadTarget } from '../rooms.js';
import type { AdapterPublisher } from './adapter-publisher.js';
import { AdapterSubscriber } from './adapter-subscriber.js';
import { appendedOf } from './appended-of.js';
import { packetCodec } from './packet-codec.js';
import { PacketTap } from './packet-tap.js';
import type { Subscriber } from '@holdfast/redis';

export interface GatedRedisAdapterOptions {
  readonly publisher: AdapterPublisher;
  readonly subscriber: Subscriber;
  /** First part of the channel names. */
  readonly key: string;
  readonly gate: BroadcastGate;
}

interface Packet {
  readonly type?: number;
  readonly data?: readonly unknown[];
}

const EVENT = 2;

/**
 * The classic Redis adapter with log events led through the gate: those of this process and those of others reach its
 * sockets in one order. Redis gone, everything still reaches the sockets of this process.
 */
export class GatedRedisAdapter extends RedisAdapter {
  readonly #options: GatedRedisAdapterOptions;

  constructor(nsp: Namespace, options: GatedRedisAdapterOptions) {
    const tap = new PacketTap(options.gate);
    const { publisher, subscriber, key, gate } = options;
    super(nsp, publisher, new AdapterSubscriber(subscriber), { key, parser: tap });
    tap.uid = String(this.uid);
    this.#options = options;
    gate.attach((target, payload) => {
      const packet = { type: EVENT, data: ['events.appended', payload] };
      super.broadcast(packet, { rooms: new Set([threadRoom(target)]), except: new Set(), flags: { local: true } });
    });
    this.#watchRooms();
  }

  override broadcast(packet: Packet, opts: BroadcastOptions): void {
    const payload = appendedOf(packet.data ?? []);
    const target = this.#onlyThread(opts);
    if (payload === undefined || target === undefined || opts.flags?.local === true) {
      const [event, data] = packet.data ?? [];
      if (target !== undefined && payload === undefined) this.#options.gate.passed(target, String(event), data);
      super.broadcast(packet, opts);
      return;
    }
    const envelope = [this.uid, { ...packet, nsp: this.#namespace }, { rooms: [...opts.rooms], except: [], flags: {} }];
    this.#options.publisher.publish(`${this.#channel}${threadRoom(target)}#`, packetCodec.encode(envelope));
    this.#options.gate.receive(target, payload);
  }

  get #namespace(): string {
    return (this.nsp as Namespace).name;
  }

  get #channel(): string {
    return `${this.#options.key}#${this.#namespace}#`;
  }

  #onlyThread({ rooms }: BroadcastOptions): ThreadTarget | undefined {
    const [room] = rooms;
    return room === undefined || rooms.size > 1 ? undefined : parseThreadRoom(room);
  }

  #watchRooms(): void {
    const { gate, subscriber } = this.#options;
    this.on('create-room', (room: string) => {
      const target = parseThreadRoom(room);
      if (target !== undefined) gate.opened(target);
    });
    this.on('delete-room', (room: string) => {
      const target = parseThreadRoom(room);
      if (target !== undefined) gate.closed(target);
    });
    // A room that only others have may be the next member version of one of ours.
    subscriber.on('pmessageBuffer', (_pattern: Buffer, channel: Buffer) => {
      const name = channel.toString();
      if (!name.startsWith(this.#channel)) return;
      const room = name.slice(this.#channel.length, -1);
      const target = this.rooms.has(room) ? undefined : parseThreadRoom(room);
      if (target !== undefined) gate.overheard(target);
    });
  }
}
