import { setTimeout as delay } from 'node:timers/promises';
import { metrics } from '@holdfast/observability';
import { createRedisBackend, raw2NextJobData, type BackendFactory, type RedisQueueBackend } from 'bullmq';
import { isForeignType } from '../is-foreign-type.js';

/** Scripts of BullMQ that take the next job out of the queue. */
const FETCHES: ReadonlySet<string> = new Set(['moveToActive', 'moveToFinished']);

/** A key of another kind in place of the queue's own fails each fetch; BullMQ's worker would try again at once, ms. */
const AFTER_FOREIGN_KEY_MS = 1_000;

/** What a fetch brings of a job: the fields of its hash, its id, and two times. */
type Fetched = [fields: string[], id: string, ...times: unknown[]];

/** As BullMQ decodes it. */
interface Decoded {
  readonly data: string;
  readonly [tie: string]: unknown;
}

/** Ours have none of these; what BullMQ does about them at the end of a job could fail for ever. */
const TIES = ['repeatJobKey', 'parent', 'parentKey', 'deduplicationId'] as const;

/**
 * BullMQ's backend for a worker of a queue into whose keys somebody else may have written. A job that BullMQ cannot read
 * is handed out without name and data, for its processor to drop: BullMQ would throw, leave it where it is, and meet it
 * again every few seconds. A key of another kind is counted, and looked at once a second.
 */
export const legibleJobs: BackendFactory<RedisQueueBackend> = (name, options, more) => {
  const backend = createRedisBackend(name, options, more);
  const execute = backend.execCommand.bind(backend);
  const fetchJob = async (reply: Promise<unknown>): Promise<unknown> => {
    const fetched = await reply.catch(onFailure);
    if (!isJob(fetched) || isLegible(fetched)) return fetched;
    const [, id, ...times] = fetched;
    const key = backend.toKey(id);
    const client = await backend.connection.client;
    // Its lock, which is ours, has a key of its own.
    await client.multi().del(key).hset(key, { name: '' }).exec();
    return [['name', ''], id, ...times];
  };
  backend.execCommand = (client, command, args): unknown => {
    const reply: unknown = execute(client, command, args);
    return FETCHES.has(command) ? fetchJob(reply as Promise<unknown>) : reply;
  };
  return backend;
};

async function onFailure(error: unknown): Promise<never> {
  if (isForeignType(error)) {
    metrics.counter('holdfast_ignored_packets_total').inc({ source: 'doorbell' });
    await delay(AFTER_FOREIGN_KEY_MS, undefined, { ref: false });
  }
  throw error;
}

function isJob(reply: unknown): reply is Fetched {
  return Array.isArray(reply) && Array.isArray(reply[0]);
}

function isLegible(fetched: Fetched): boolean {
  try {
    const [job] = raw2NextJobData(fetched) as [Decoded];
    JSON.parse(job.data);
    return TIES.every((tie) => job[tie] === undefined);
  } catch {
    return false;
  }
}
