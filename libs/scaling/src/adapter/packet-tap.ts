import { metrics } from '@holdfast/observability';
import type { BroadcastGate } from '../gate/broadcast-gate.port.js';
import { parseThreadRoom } from '../rooms.js';
import { appendedOf } from './appended-of.js';
import { packetCodec } from './packet-codec.js';

/** Packet type EVENT of the Socket.IO protocol; gateways send each other no other. */
const EVENT = 2;

/** Names that Socket.IO keeps to itself: a client closes a connection that brings it an event of such a name. */
const RESERVED: ReadonlySet<unknown> = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
]);

/** What the adapter reads as "nothing for me". */
const NOTHING: readonly unknown[] = [];

interface Envelope {
  readonly uid: string;
  readonly packet: { readonly data: readonly unknown[] };
  readonly rooms: readonly string[];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function readEnvelope(value: unknown): Envelope | undefined {
  if (!Array.isArray(value)) return undefined;
  const [uid, packet, opts] = value as unknown[];
  if (typeof uid !== 'string' || !isRecord(packet) || !isRecord(opts)) return undefined;
  const { type, data, id } = packet;
  // An id would ask every client for an acknowledgement.
  if (type !== EVENT || id !== undefined) return undefined;
  if (!Array.isArray(data) || typeof data[0] !== 'string' || RESERVED.has(data[0])) return undefined;
  // Every event carries an object, and whoever listens to it looks into that.
  if (!isRecord(data[1])) return undefined;
  if (!isStrings(opts['rooms']) || !isStrings(opts['except'])) return undefined;
  if (opts['flags'] !== undefined && !isRecord(opts['flags'])) return undefined;
  return { uid, packet: { data }, rooms: opts['rooms'] };
}

/**
 * The parser that the classic adapter reads remote packets with: diverts log events into the gate and lets the rest
 * through. A corrupt packet is counted and ignored.
 */
export class PacketTap {
  /** The adapter's own mark; its own packets come back to it. */
  uid: string | undefined;

  constructor(private readonly gate: BroadcastGate) {}

  readonly encode = (value: unknown): string => packetCodec.encode(value);

  readonly decode = (message: Buffer): unknown => {
    const value = this.#parse(message);
    const envelope = readEnvelope(value);
    if (envelope === undefined) return this.#ignore();
    if (envelope.uid === this.uid) return NOTHING;
    const [event, data] = envelope.packet.data;
    if (event !== 'events.appended') {
      for (const target of envelope.rooms.map(parseThreadRoom))
        if (target) this.gate.passed(target, String(event), data);
      return value;
    }
    const payload = appendedOf(envelope.packet.data);
    if (payload === undefined) return this.#ignore();
    for (const target of envelope.rooms.map(parseThreadRoom)) {
      if (target?.threadId === payload.threadId) this.gate.receive(target, payload);
      else this.#ignore();
    }
    return NOTHING;
  };

  #parse(message: Buffer): unknown {
    try {
      return packetCodec.decode(message);
    } catch {
      return undefined;
    }
  }

  #ignore(): readonly unknown[] {
    metrics.counter('holdfast_ignored_packets_total').inc({ source: 'socket.io' });
    return NOTHING;
  }
}
