import { request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { metrics } from '@holdfast/observability';
import { Stage } from './support/stage.js';

const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

describe('a handshake of another protocol', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.set(1);
  }, 120_000);

  afterAll(async () => {
    expect(await stage.strike()).toEqual([0]);
  }, 30_000);

  interface Answer {
    readonly status: number | undefined;
    readonly type: string | undefined;
    readonly body: string;
  }

  /** What a client gets; one whose upgrade succeeds hangs up. */
  function ask(query: string, options: { method?: string; headers?: Readonly<Record<string, string>> } = {}) {
    return new Promise<Answer>((resolve, reject) => {
      const asked = request(`${stage.url()}/socket.io/${query}`, { ...options, timeout: 5_000 });
      asked.on('response', (reply: IncomingMessage) => {
        let body = '';
        reply.setEncoding('utf8').on('data', (piece: string) => (body += piece));
        reply.on('end', () => {
          resolve({ status: reply.statusCode, type: reply.headers['content-type'], body });
        });
      });
      asked.on('upgrade', (reply, socket) => {
        socket.destroy();
        resolve({ status: reply.statusCode, type: undefined, body: '' });
      });
      asked.on('timeout', () => asked.destroy(new Error('no answer')));
      asked.on('error', reject);
      asked.end(options.method === 'POST' ? '4hello' : undefined);
    });
  }

  async function refused(): Promise<number> {
    const { values } = await metrics.counter('holdfast_handshakes_total').get();
    return values.find(({ labels }) => labels.outcome === 'invalid')?.value ?? 0;
  }

  const EIO = 'EIO: must be "4"';
  const TRANSPORT = 'transport: must be "websocket"';

  it.each<[string, string, object, string]>([
    ['Engine.IO 3 that polls', '?EIO=3&transport=polling&t=1', {}, `${EIO}; ${TRANSPORT}`],
    ['Engine.IO 3 that posts', '?EIO=3&transport=polling&sid=x', { method: 'POST' }, `${EIO}; ${TRANSPORT}`],
    ['Engine.IO 3 over WebSocket', '?EIO=3&transport=websocket', { headers: UPGRADE }, EIO],
    ['a WebSocket of Engine.IO 3 after polling', '?EIO=3&transport=websocket&sid=x', { headers: UPGRADE }, EIO],
    ['no version', '?transport=websocket', { headers: UPGRADE }, EIO],
    ['a version to come', '?EIO=5&transport=websocket', { headers: UPGRADE }, EIO],
    ['two versions, the last one wrong', '?EIO=4&EIO=3&transport=websocket', { headers: UPGRADE }, EIO],
    ['a name of the prototype', '?EIO=4&__proto__=x&transport=constructor', {}, TRANSPORT],
    ['no query', '', {}, `${EIO}; ${TRANSPORT}`],
    ['polling', '?EIO=4&transport=polling', {}, TRANSPORT],
  ])('%s is answered 400 with the parameter and its rule', async (_name, query, options, message) => {
    const before = await refused();
    const { status, type, body } = await ask(query, options);
    expect({ status, type }).toEqual({ status: 400, type: 'application/json; charset=utf-8' });
    expect(JSON.parse(body)).toEqual({ error: { code: 'invalid', message, retryable: false } });
    expect(await refused()).toBe(before + 1);
  });

  it('goes on with a gateway that serves others', async () => {
    expect(await ask('?EIO=4&transport=websocket', { headers: UPGRADE })).toMatchObject({ status: 101 });
    const ann = await stage.connect({ sub: 'ann' });
    expect(ann.socket.connected).toBe(true);
  });
});
