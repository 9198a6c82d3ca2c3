import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CommandRequest } from '@holdfast/contracts';
import pg from 'pg';
import { Server } from 'socket.io';

const POOL = 10;

const MISSED = {
  name: 'tutorial_missed',
  text: `select seq::int, id, thread_id as "threadId", sender_id as "senderId", at, v, type, data
         from chat.event where thread_id = $1 and seq > $2 order by seq`,
};

/**
 * Plain Socket.IO with what its tutorial has for missed messages: a query for each client and thread. No tokens, no check
 * of membership. Takes the URL of Postgres as argument; tells its own and the number of its queries by IPC.
 */
export async function runTutorial(): Promise<boolean> {
  const [, databaseUrl = ''] = process.argv.slice(2);
  const db = new pg.Pool({ connectionString: databaseUrl, max: POOL });
  // At the end Postgres goes first.
  db.on('error', () => undefined);
  let queries = 0;
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'] });
  io.on('connection', (socket) => {
    socket.on('session.resume', (request: CommandRequest<'session.resume'>, answer: (reply: object) => void) => {
      const reads = request.threads.map(async ({ threadId, afterSeq, epoch }) => {
        queries += 1;
        void socket.join(threadId);
        const { rows } = await db.query({ ...MISSED, values: [threadId, afterSeq] });
        return { status: 'delta', threadId, epoch, events: rows, more: false };
      });
      void Promise.all(reads).then((threads) => {
        answer({ ok: true, threads, runs: [] });
      });
    });
  });
  process.on('message', () => process.send?.({ queries }));
  await new Promise<void>((resolve) => http.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, resolve));
  process.send?.({ url: `http://127.0.0.1:${String((http.address() as AddressInfo).port)}` });
  await new Promise((resolve) => process.once('disconnect', resolve));
  await io.close();
  await db.end();
  return true;
}
