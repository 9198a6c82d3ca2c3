import { CHAT_NAMESPACE } from '@holdfast/contracts';
import { Subscriber, type RedisConnections } from '@holdfast/redis';
import type { Namespace } from 'socket.io';
import { Adapter } from 'socket.io-adapter';
import type { BroadcastGate } from '../gate/broadcast-gate.port.js';
import { AdapterPublisher } from './adapter-publisher.js';
import { GatedRedisAdapter } from './gated-redis-adapter.js';

export interface ChatAdapterOptions {
  readonly connections: RedisConnections;
  readonly gate: BroadcastGate;
}

/** The adapter of the gateway's Socket.IO server: `io.adapter(chatAdapter({ connections, gate }))`. */
export function chatAdapter({ connections, gate }: ChatAdapterOptions): (nsp: Namespace) => Adapter {
  const publisher = new AdapterPublisher(connections.publish);
  const subscriber = new Subscriber(connections.create('subscribe'));
  const key = connections.keys.socketIo;
  // Socket.IO calls it with `new`, which an arrow function does not take.
  return function adapterOf(nsp: Namespace): Adapter {
    if (nsp.name !== CHAT_NAMESPACE) return new Adapter(nsp);
    return new GatedRedisAdapter(nsp, { publisher, subscriber, key, gate });
  };
}
