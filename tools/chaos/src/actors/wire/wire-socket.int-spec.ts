import { createServer, type Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CHAT_NAMESPACE } from '@holdfast/contracts';
import { eventually } from '@holdfast/testing';
import { Server } from 'socket.io';
import { WireSocket } from './wire-socket.js';

describe('WireSocket', () => {
  let http: HttpServer;
  let server: Server;

  beforeEach(async () => {
    http = createServer();
    server = new Server(http);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  });

  afterEach(() => server.close());

  it('hands on answers and events in the order in which they came, though they come in one piece', async () => {
    server.of(CHAT_NAMESPACE).on('connection', (socket) => {
      const acks: (() => void)[] = [];
      socket.onAny((_name: string, _request: unknown, ack: (answer: object) => void) => {
        acks.push(() => ack({ ok: true }));
        if (acks.length < 2) return;
        const { socket: ws } = socket.conn.transport as unknown as { socket: { _socket: Socket } };
        ws._socket.cork();
        socket.emit('event', 1);
        acks[0]?.();
        socket.emit('event', 2);
        socket.emit('event', 3);
        acks[1]?.();
        socket.emit('event', 4);
        ws._socket.uncork();
      });
    });
    const seen: unknown[] = [];
    const address = http.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const socket = new WireSocket({
      url: `http://127.0.0.1:${String(port)}`,
      token: '',
      onEvent: (_name, payload) => seen.push(payload),
      onEnd: () => undefined,
    });
    await eventually(() => socket.isOpen);
    const ask = async (name: string): Promise<void> => {
      const { outcome } = await socket.command('session.resume', { threads: [], runs: [] });
      seen.push(`${name} ${outcome}`);
    };
    await Promise.all([ask('first'), ask('second')]);
    await eventually(() => seen.length === 6);
    expect(seen).toEqual([1, 'first ok', 2, 3, 'second ok', 4]);
    socket.close();
  });
});
