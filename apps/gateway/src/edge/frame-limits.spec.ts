import { createServer, type Server as HttpServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Server } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import { WebSocket } from 'ws';
import { admitFullFrames, limitedWsEngine } from './frame-limits.js';
import { tolerantParser } from './tolerant-parser.js';

const limits = { frameBytes: 64 * 1_024, frameFragments: 8 };

describe('limits of the edge', () => {
  let http: HttpServer;
  let server: Server;
  let port: number;

  beforeEach(async () => {
    http = createServer();
    server = new Server(http, {
      transports: ['websocket'],
      wsEngine: limitedWsEngine(limits),
      maxHttpBufferSize: limits.frameBytes,
      parser: tolerantParser,
      connectTimeout: 5_000,
    });
    server.on('connection', (socket) => {
      admitFullFrames(socket.conn, limits);
      socket.on('echo', (value: unknown, ack?: (value: unknown) => void) => {
        ack?.(value);
      });
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const address = http.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });

  afterEach(async () => {
    await server.close();
  });

  function raw(): Promise<WebSocket> {
    const socket = new WebSocket(`ws://127.0.0.1:${port.toString()}/socket.io/?EIO=4&transport=websocket`);
    return new Promise((resolve, reject) => {
      socket.once('open', () => {
        resolve(socket);
      });
      socket.once('error', reject);
    });
  }

  function closeCode(socket: WebSocket): Promise<number> {
    return new Promise((resolve) => {
      socket.once('close', resolve);
    });
  }

  async function connected(): Promise<Socket> {
    const socket = io(`http://127.0.0.1:${port.toString()}`, { transports: ['websocket'], forceNew: true });
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    return socket;
  }

  it('closes a stranger who sends unfinished fragments, and keeps none of them', async () => {
    const before = process.memoryUsage().rss;
    const codes = await Promise.all(
      Array.from({ length: 60 }, async () => {
        const socket = await raw();
        const closed = closeCode(socket);
        socket.on('error', () => undefined);
        for (let n = 0; n < 2_000 && socket.readyState === WebSocket.OPEN; n += 1) socket.send('x', { fin: false });
        return closed;
      }),
    );
    expect(new Set(codes)).toEqual(new Set([1008]));
    expect(process.memoryUsage().rss - before).toBeLessThan(60 * 1_024 * 1_024);
  }, 30_000);

  it('closes a stranger whose frame is larger than a token needs, and lets a known client send full frames', async () => {
    const stranger = await raw();
    const closed = closeCode(stranger);
    stranger.send('4'.repeat(17 * 1_024));
    expect(await closed).toBe(1009);

    const known = await connected();
    const large = 'x'.repeat(60 * 1_024);
    expect(await known.timeout(2_000).emitWithAck('echo', large)).toBe(large);
    const ended = new Promise((resolve) => known.once('disconnect', resolve));
    known.emit('echo', 'x'.repeat(65 * 1_024));
    expect(await ended).toBe('transport close');
    known.close();
  });

  it('survives malformed and binary packets, and gives up on who sends nothing else', async () => {
    const known = await connected();
    const { engine } = known.io;
    for (const packet of [
      '2{',
      '2["a"',
      '9',
      '',
      '51-["echo",{"_placeholder":true,"num":0}]',
      '2[{}]',
      '2["connect"]',
    ]) {
      engine.write(packet);
    }
    engine.write(Buffer.from([1, 2, 3]));
    expect(await known.timeout(2_000).emitWithAck('echo', 1)).toBe(1);

    const ended = new Promise((resolve) => known.once('disconnect', resolve));
    for (let n = 0; n < 60; n += 1) engine.write('2{');
    expect(await ended).toBe('transport close');
    known.close();
  });

  it('survives an event that is named error', async () => {
    const known = await connected();
    known.emit('error', 'boo');
    expect(await known.timeout(2_000).emitWithAck('echo', 2)).toBe(2);
    known.close();
  });
});
