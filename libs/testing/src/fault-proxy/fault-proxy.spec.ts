import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../eventually.js';
import { FaultProxy } from './fault-proxy.js';

let server: Server;
let proxy: FaultProxy;
const serverSockets: Socket[] = [];
const clients: Peer[] = [];

/** One end of a connection, with what it was told. */
class Peer {
  text = '';
  ended = false;
  error: string | undefined;
  closed = false;

  constructor(readonly socket: Socket) {
    socket.on('data', (data) => (this.text += data.toString()));
    socket.on('end', () => (this.ended = true));
    socket.on('error', (error: NodeJS.ErrnoException) => (this.error = error.code));
    socket.on('close', () => (this.closed = true));
  }
}

function attempt(): Peer {
  const peer = new Peer(connect({ port: proxy.port, host: '127.0.0.1' }));
  clients.push(peer);
  return peer;
}

async function dial(): Promise<Peer> {
  const peer = attempt();
  await once(peer.socket, 'connect');
  return peer;
}

/** A connection that has carried something already. */
async function talk(): Promise<Peer> {
  const peer = await dial();
  peer.socket.write('hi ');
  await eventually(() => peer.text === 'hi ');
  return peer;
}

beforeEach(async () => {
  server = createServer((socket) => {
    serverSockets.push(socket);
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await FaultProxy.start({ target: (server.address() as AddressInfo).port, random: () => 0.5 });
});

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  await proxy.close();
  for (const socket of serverSockets.splice(0)) socket.destroy();
  server.close();
});

describe('FaultProxy', () => {
  it('passes everything on, in both directions, to the end', async () => {
    const peer = await dial();
    const text = 'x'.repeat(3_000_000);
    peer.socket.end(text);
    await eventually(() => peer.ended);
    expect(peer.text === text).toBe(true);
    expect(proxy.counters()).toMatchObject({
      connections: 1,
      bytesUpstream: 3_000_000,
      bytesDownstream: 3_000_000,
      bytesDelayed: 0,
      bytesLost: 0,
      cut: 0,
    });
    await eventually(() => proxy.open === 0);
  });

  it('delays in order, and only as long as it is told to', async () => {
    const peer = await talk();
    proxy.add('slow', { type: 'latency', latencyMs: 100, jitterMs: 100 });
    const startedAt = performance.now();
    for (const word of ['a', 'b', 'c']) peer.socket.write(word);
    await eventually(() => peer.text === 'hi abc');
    expect(performance.now() - startedAt).toBeGreaterThan(290);
    expect(proxy.counters().bytesDelayed).toBe(6);
    proxy.remove('slow');
    peer.socket.write('d');
    await eventually(() => peer.text === 'hi abcd');
    expect(proxy.counters().bytesDelayed).toBe(6);
  });

  it('limits the bandwidth', async () => {
    proxy.add('narrow', { type: 'bandwidth', bytesPerS: 100_000 });
    const peer = await dial();
    const startedAt = performance.now();
    peer.socket.write('x'.repeat(40_000));
    await eventually(() => peer.text.length === 40_000);
    expect(performance.now() - startedAt).toBeGreaterThan(390);
  });

  it('resets what is connected and what connects', async () => {
    const peer = await talk();
    proxy.add('reset', { type: 'reset_peer' });
    await eventually(() => peer.closed);
    expect(peer.error).toBe('ECONNRESET');
    const late = attempt();
    await eventually(() => late.closed);
    expect(proxy.counters()).toMatchObject({ cut: 1, refused: 1 });
    proxy.remove('reset');
    await talk();
  });

  it('falls silent without a word when half open, and resets what lost something when that is over', async () => {
    const [peer, idle] = [await talk(), await talk()];
    proxy.add('gone', { type: 'half_open' });
    peer.socket.write('lost');
    await eventually(() => proxy.counters().bytesLost === 4);
    expect(peer).toMatchObject({ text: 'hi ', closed: false });
    proxy.remove('gone');
    await eventually(() => peer.closed);
    idle.socket.write('again');
    await eventually(() => idle.text === 'hi again');
  });

  it('hides from one end that the other has left while the link is cut', async () => {
    const peer = await talk();
    proxy.add('gone', { type: 'half_open' });
    serverSockets[0]?.resetAndDestroy();
    peer.socket.write('lost');
    await eventually(() => proxy.counters().bytesLost === 4);
    expect(peer.closed).toBe(false);
    proxy.remove('gone');
    await eventually(() => peer.closed);
  });

  it('forgets what is connected, whatever becomes of the link, and serves who connects later', async () => {
    const peer = await talk();
    proxy.forget();
    peer.socket.write('lost');
    await eventually(() => proxy.counters().bytesLost === 4);
    proxy.add('slow', { type: 'latency', latencyMs: 1 });
    proxy.remove('slow');
    await talk();
    expect(peer).toMatchObject({ text: 'hi ', closed: false });
  });

  it('loses one direction only', async () => {
    const peer = await talk();
    proxy.add('deaf', { type: 'drop', stream: 'downstream' });
    peer.socket.write('heard');
    await eventually(() => proxy.counters().bytesLost === 5);
    expect(proxy.counters().bytesUpstream).toBe(8);
    expect(peer.text).toBe('hi ');
  });

  it('refuses newcomers in a partition, and delivers late what was sent meanwhile', async () => {
    const peer = await talk();
    proxy.add('split', { type: 'partition' });
    peer.socket.write('late');
    const refused = attempt();
    await eventually(() => refused.closed && proxy.counters().bytesDelayed === 4);
    expect(peer.text).toBe('hi ');
    proxy.remove('split');
    await eventually(() => peer.text === 'hi late');
  });

  it('ends a connection whose server refuses', async () => {
    server.close();
    for (const socket of serverSockets) socket.destroy();
    const peer = await dial();
    await eventually(() => peer.closed && proxy.open === 0);
  });
});
