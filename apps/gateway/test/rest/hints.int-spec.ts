import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { CHAT_NAMESPACE, PROTOCOL_VERSION } from '@holdfast/contracts';
import { eventually } from '@holdfast/testing';
import { person, thread, type Person } from './people.js';
import { BOOT_MS, startRestGateway, type RestGateway } from './rest-harness.js';

let gateway: RestGateway;
let anna: Person;
let ben: Person;
let socket: Socket;
const heard: { name: string; payload: Record<string, unknown> }[] = [];

const heardOf = (name: string, threadId: string) =>
  heard.filter((event) => event.name === name && JSON.stringify(event.payload).includes(threadId));

async function open(threadId: string): Promise<void> {
  const answer = (await socket.timeout(5_000).emitWithAck('thread.open', { threadId, afterSeq: 0 })) as { ok: boolean };
  expect(answer.ok).toBe(true);
}

beforeAll(async () => {
  gateway = await startRestGateway();
  [anna, ben] = [await person(gateway, 'anna'), await person(gateway, 'ben')];
  const auth = { token: ben.token, protocol: PROTOCOL_VERSION };
  socket = io(`${gateway.url}${CHAT_NAMESPACE}`, { transports: ['websocket'], auth, reconnection: false });
  socket.onAny((name: string, payload: Record<string, unknown>) => heard.push({ name, payload }));
  await eventually(() => expect(heard.map(({ name }) => name)).toContain('session.ready'), { timeoutMs: 10_000 });
}, BOOT_MS);

afterAll(async () => {
  socket.disconnect();
  await gateway.close();
});

describe('what REST changes reaches sockets', () => {
  it('a new thread shows in the inbox of its members', async () => {
    const id = await thread(anna, 'Invited', [ben.id]);
    await eventually(() => expect(heardOf('inbox.updated', id)).not.toEqual([]), { timeoutMs: 10_000 });
  });

  it('a new name reaches whoever has the thread open', async () => {
    const id = await thread(anna, 'Before', [ben.id]);
    await open(id);
    await anna.call(`PATCH /api/threads/${id}`, { title: 'After' });
    await eventually(
      () => {
        expect(JSON.stringify(heardOf('events.appended', id))).toContain('thread.renamed');
      },
      { timeoutMs: 10_000 },
    );
  });

  it.each<[string, (id: string) => Promise<unknown>, string]>([
    ['removed', (id) => anna.call(`DELETE /api/threads/${id}/members/${ben.id}`), 'removed'],
    ['deleted', (id) => anna.call(`DELETE /api/threads/${id}`), 'deleted'],
  ])('who is %s from it hears that it is closed', async (_, change, reason) => {
    const id = await thread(anna, 'Closing', [ben.id]);
    await open(id);
    await change(id);
    await eventually(
      () => expect(heardOf('thread.closed', id)).toMatchObject([{ payload: { threadId: id, reason } }]),
      { timeoutMs: 10_000 },
    );
  });

  it('an erased person is told, and disconnected', async () => {
    await ben.call(`DELETE /api/users/${ben.id}`);
    await eventually(
      () => {
        expect(heard).toContainEqual({ name: 'session.closing', payload: { code: 'erased', mayReconnect: false } });
        expect(socket.connected).toBe(false);
      },
      { timeoutMs: 10_000 },
    );
  });
});
