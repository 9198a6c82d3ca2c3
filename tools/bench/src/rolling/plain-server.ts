import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { Server } from 'socket.io';
import { PLAIN_WORD_MS, PLAIN_WORDS, type PlainToClient, type PlainToServer } from './plain-protocol.js';

/**
 * What a tutorial has: Socket.IO, the Redis adapter, answers written where they were asked for, and `io.close()` at
 * SIGTERM. Takes the URL of Redis as argument; tells its own by IPC.
 */
export async function runPlain(): Promise<boolean> {
  const [, redisUrl = ''] = process.argv.slice(2);
  const pub = new Redis(redisUrl);
  const sub = pub.duplicate();
  const http = createServer((_request, reply) => reply.end('ready'));
  const io = new Server<PlainToServer, PlainToClient>(http, { adapter: createAdapter(pub, sub) });
  const answers = new Set<NodeJS.Timeout>();
  io.on('connection', (socket) => {
    const { room } = socket.handshake.query;
    if (typeof room === 'string') void socket.join(room);
    socket.on('say', (to, id) => io.to(to).emit('said', id));
    socket.on('ask', (runId) => {
      let units = 0;
      const timer = setInterval(() => {
        units += 1;
        socket.emit('word', runId, units, units === PLAIN_WORDS);
        if (units < PLAIN_WORDS) return;
        clearInterval(timer);
        answers.delete(timer);
      }, PLAIN_WORD_MS);
      answers.add(timer);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  process.send?.({ url: `http://127.0.0.1:${String((http.address() as AddressInfo).port)}` });
  await Promise.race([
    new Promise((resolve) => process.once('disconnect', resolve)),
    new Promise((resolve) => process.once('SIGTERM', resolve)),
  ]);
  for (const timer of answers) clearInterval(timer);
  await io.close();
  pub.disconnect();
  sub.disconnect();
  if (process.connected) process.disconnect();
  return true;
}
