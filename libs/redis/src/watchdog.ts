import { Cluster } from 'ioredis';
import type { RedisClient } from './open-connection.js';

const PING_EVERY_MS = 2_000;
const PONG_WITHIN_MS = 1_500;
const MISSES = 2;

async function answers(client: RedisClient): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, PONG_WITHIN_MS, false);
  });
  const pong = client.ping().then(
    () => true,
    () => false,
  );
  const answered = await Promise.race([pong, late]);
  clearTimeout(timer);
  return answered;
}

/**
 * Reconnects a connection whose other end is silent: a subscriber has nothing to send, so that a link cut without a
 * word would look healthy for ever. A Cluster watches its nodes itself.
 *
 * @returns a function that ends the watch.
 */
export function watch(client: RedisClient): () => void {
  if (client instanceof Cluster) return () => undefined;
  let misses = 0;
  const timer = setInterval(() => {
    if (client.status !== 'ready') return;
    void answers(client).then((answered) => {
      misses = answered ? 0 : misses + 1;
      if (misses < MISSES) return;
      misses = 0;
      client.disconnect(true);
    });
  }, PING_EVERY_MS).unref();
  return () => {
    clearInterval(timer);
  };
}
