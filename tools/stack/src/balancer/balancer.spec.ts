import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { eventually } from '@holdfast/testing';
import { Balancer, type Backend } from './balancer.js';

interface Origin {
  readonly name: string;
  readonly server: Server;
  readonly backend: Backend;
  readonly sockets: WebSocketServer;
}

async function origin(name: string): Promise<Origin> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end(name));
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      socket.send(`${name}:${data.toString()}`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { name, server, sockets, backend: { port: (server.address() as AddressInfo).port, ready: true } };
}

describe('Balancer', () => {
  let origins: Origin[];
  let balancer: Balancer;
  let port: number;

  beforeEach(async () => {
    origins = await Promise.all(['one', 'two'].map(origin));
    balancer = new Balancer(origins.map(({ backend }) => backend));
    port = await balancer.listen(0, '127.0.0.1');
  });
  afterEach(() => {
    balancer.close();
    for (const { server } of origins) {
      server.closeAllConnections();
      server.close();
    }
  });

  const request = async () => {
    const response = await fetch(`http://127.0.0.1:${String(port)}/`, { headers: { connection: 'close' } });
    return { status: response.status, text: await response.text() };
  };
  const socket = async () => {
    const client = new WebSocket(`ws://127.0.0.1:${String(port)}/`);
    await once(client, 'open');
    client.send('hello');
    const [data] = (await once(client, 'message')) as [Buffer];
    return { client, served: data.toString() };
  };

  it('carries WebSockets, each to the backend with the fewest connections', async () => {
    const sockets = [await socket(), await socket(), await socket(), await socket()];
    const served = sockets.map(({ served: text }) => text).sort();
    expect(served).toEqual(['one:hello', 'one:hello', 'two:hello', 'two:hello']);
    for (const { client } of sockets) client.terminate();
  });

  it('gives a backend that is not ready no new connection', async () => {
    for (const { name, backend } of origins) if (name === 'one') backend.ready = false;
    const answers = await Promise.all([request(), request(), request()]);
    expect(answers.map(({ text }) => text)).toEqual(['two', 'two', 'two']);
  });

  it('skips a dead backend without an error for the caller, and uses it again when it is back', async () => {
    const [one] = origins;
    if (one === undefined) throw new Error('no origin');
    one.server.close();
    expect((await Promise.all([request(), request(), request()])).map(({ text }) => text)).toEqual([
      'two',
      'two',
      'two',
    ]);
    one.server.listen(one.backend.port, '127.0.0.1');
    await eventually(async () => (await request()).text === 'one', { timeoutMs: 3_000 });
  });

  it('answers 503 with a retry hint while no backend is ready', async () => {
    for (const { backend } of origins) backend.ready = false;
    const answer = await request();
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.text)).toMatchObject({ ok: false, error: { code: 'unavailable', retryable: true } });
  });

  it('ends the client when its backend dies', async () => {
    const { client, served } = await socket();
    const closed = once(client, 'close');
    for (const { name, sockets } of origins)
      if (served.startsWith(name)) for (const peer of sockets.clients) peer.terminate();
    await closed;
  });

  it('survives a client that resets its connection', async () => {
    const client = connect(port, '127.0.0.1');
    client.on('error', () => undefined);
    await once(client, 'connect');
    client.resetAndDestroy();
    expect((await request()).status).toBe(200);
  });
});
