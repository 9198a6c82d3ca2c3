import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from './open-connection.js';

const ASK_EVERY_MS = 2_000;
const ANSWER_WITHIN_MS = 1_500;
const MISSES = 2;

type Ask = () => Promise<unknown>;

async function answers(ask: Ask): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ANSWER_WITHIN_MS, false);
  });
  const answer = ask().then(
    () => true,
    () => false,
  );
  const answered = await Promise.race([answer, late]);
  clearTimeout(timer);
  return answered;
}

function isReady({ status }: RedisClient): boolean {
  return status === 'ready';
}

/** Counts the answers in a row that one connection owed. */
class Misses {
  readonly #misses = new WeakMap<RedisClient, number>();

  /** Reconnects `client` if it owes too many. */
  async check(client: RedisClient, ask: Ask): Promise<void> {
    if (!isReady(client)) {
      this.#misses.delete(client);
      return;
    }
    const misses = (await answers(ask)) ? 0 : (this.#misses.get(client) ?? 0) + 1;
    this.#misses.set(client, misses % MISSES);
    // One that is on its way back already would lose its way.
    if (misses >= MISSES && isReady(client)) client.disconnect(true);
  }
}

/** The connections that `client` consists of, but for the one by which a Cluster hears what is published. */
function links(client: RedisClient): readonly Redis[] {
  return client instanceof Cluster ? client.nodes() : [client];
}

/**
 * Reconnects a connection whose other end is silent: a subscriber has nothing to send, so that a link cut without a
 * word would look healthy for ever, and where there is something to send, TCP takes a quarter of an hour to give up. Of a
 * Cluster, each node's link is one; it is opened again by the next command for that node.
 *
 * @returns a function that ends the watch.
 */
export function watch(client: RedisClient): () => void {
  const misses = new Misses();
  const timer = setInterval(() => {
    for (const link of links(client)) void misses.check(link, () => link.ping());
  }, ASK_EVERY_MS).unref();
  return () => {
    clearInterval(timer);
  };
}

/**
 * The same for the link by which a Cluster hears what is published, which takes no other commands than subscriptions: it
 * is asked to `repeat` them, which also heals one that was lost. Ends with the connection, and begins again with it.
 */
export function watchSubscriptions(cluster: Cluster, repeat: Ask): void {
  const misses = new Misses();
  let timer: NodeJS.Timeout | undefined;
  cluster.on('ready', () => {
    clearInterval(timer);
    timer = setInterval(() => void misses.check(cluster, repeat), ASK_EVERY_MS).unref();
  });
  cluster.on('close', () => {
    clearInterval(timer);
  });
}
