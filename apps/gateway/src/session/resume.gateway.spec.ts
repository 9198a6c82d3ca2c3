import { EventEmitter } from 'node:events';
import { describe, expect, it, jest } from '@jest/globals';
import type { RunFollower } from '@holdfast/conversation';
import type { ThreadSessions } from '../thread/thread-sessions.service.js';
import type { ChatSocket } from './chat-socket.js';
import { ResumeGateway } from './resume.gateway.js';
import { SocketOutputs } from './socket-outputs.service.js';

const MIB = 1_048_576;

/** A client that has not read yet what waits for it. */
function waitingFor(bytes: number): { readonly socket: ChatSocket; read(): void } {
  const webSocket = { bufferedAmount: bytes };
  const conn = Object.assign(new EventEmitter(), { write: () => conn, transport: { socket: webSocket } });
  const socket = { conn, data: { session: { user: {} } } } as unknown as ChatSocket;
  return {
    socket,
    read: () => {
      webSocket.bufferedAmount = 0;
    },
  };
}

describe('session.resume', () => {
  it('is put off while more than 256 MiB wait for all clients together, each of which is within its own bound', async () => {
    const open = jest.fn<ThreadSessions['open']>().mockResolvedValue([]);
    const follow = jest.fn<RunFollower['follow']>().mockResolvedValue([]);
    const runs = { follow } as unknown as RunFollower;
    const outputs = new SocketOutputs(runs);
    const gateway = new ResumeGateway(runs, { open } as unknown as ThreadSessions, outputs);
    const clients = Array.from({ length: 65 }, () => waitingFor(4 * MIB));
    const sockets = clients.map(({ socket }) => socket);
    for (const socket of sockets) outputs.watch(socket);
    const comer = waitingFor(0).socket;
    const resume = () => gateway.resume(comer, { threads: [], runs: [] });

    outputs.look(sockets.slice(1));
    expect(outputs.bytes).toBe(256 * MIB);
    await expect(resume()).resolves.toEqual({ threads: [], runs: [] });

    outputs.look(sockets);
    await expect(resume()).rejects.toMatchObject({ code: 'busy', retryable: true, retryAfterMs: 1_000 });
    expect(open).toHaveBeenCalledTimes(1);

    clients[0]?.read();
    outputs.look(sockets);
    await expect(resume()).resolves.toEqual({ threads: [], runs: [] });
  });

  it('does not wait for the runs, too, when Postgres has answered for no thread', async () => {
    const [threadId, runId] = ['a thread', 'a run'];
    const pending = { status: 'pending' as const, threadId, retryAfterMs: 500 };
    const open = jest.fn<ThreadSessions['open']>().mockResolvedValue([pending]);
    const follow = jest.fn<RunFollower['follow']>().mockResolvedValue([{ status: 'denied', runId }]);
    const runs = { follow } as unknown as RunFollower;
    const gateway = new ResumeGateway(runs, { open } as unknown as ThreadSessions, new SocketOutputs(runs));
    const cursors = { threads: [{ threadId, afterSeq: 0 }], runs: [{ runId, attempt: 0, off: 0 }] };
    const { socket } = waitingFor(0);
    expect(await gateway.resume(socket, cursors)).toEqual({
      threads: [pending],
      runs: [{ status: 'pending', runId, retryAfterMs: 500 }],
    });
    expect(follow).not.toHaveBeenCalled();
    // It does answer: one thread among others is left for the next time.
    open.mockResolvedValue([{ status: 'denied', threadId: 'another' }, pending]);
    expect(await gateway.resume(socket, cursors)).toMatchObject({ runs: [{ status: 'denied', runId }] });
  });
});
