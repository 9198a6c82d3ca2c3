import type { EventPage, ThreadResume } from '@holdfast/contracts';
import type { OperationName, Via } from '../../history/entry.js';
import type { WireClient } from '../wire/wire-client.js';
import type { Outcome } from '../wire/wire-socket.js';
import { rest } from './rest.js';

type Given = Pick<EventPage, 'epoch' | 'events'>;

/** A way that leads to the log of a thread. */
interface LogWay {
  readonly name: OperationName;
  readonly via: Via;
  readonly ask: (client: WireClient, threadId: string) => Promise<Outcome<Given>>;
}

const PAGE = 50;

export const LOG_WAYS: readonly LogWay[] = [
  {
    name: 'thread.open',
    via: 'resume',
    ask: async (client, threadId) => {
      const outcome = await client.command('thread.open', { threadId, afterSeq: 0 });
      return outcome.outcome === 'ok' ? givenBy(outcome.reply.thread) : outcome;
    },
  },
  {
    name: 'session.resume',
    via: 'resume',
    ask: async (client, threadId) => {
      const outcome = await client.command('session.resume', { threads: [{ threadId, afterSeq: 0 }], runs: [] });
      return outcome.outcome === 'ok' ? givenBy(outcome.reply.threads[0]) : outcome;
    },
  },
  {
    name: 'events.pull',
    via: 'pull',
    ask: (client, threadId) => client.command('events.pull', { threadId, afterSeq: 0, limit: PAGE }),
  },
  {
    name: 'events.pull',
    via: 'rest',
    ask: async (client, threadId) => {
      const url = `${client.url}/api/threads/${threadId}/events?limit=${String(PAGE)}`;
      return rest<EventPage>({ url, token: await client.options.token() });
    },
  },
];

/** Asks for a thread in one way; whatever is given stands in the history. */
export async function askForLog(client: WireClient, thread: string, { name, via, ask }: LogWay): Promise<void> {
  if (!client.isConnected) return;
  await client.operations.attempt(name, { node: client.node, thread }, async (op) => {
    const outcome = await ask(client, thread);
    if (outcome.outcome === 'ok') {
      client.observations.events(outcome.reply.events, thread, outcome.reply.epoch, { via, op });
    }
    return outcome;
  });
}

/** `denied` is a refusal like any other. */
function givenBy(answer: ThreadResume | undefined): Outcome<Given> {
  if (answer === undefined || answer.status === 'pending') return { outcome: 'info', code: 'pending' };
  return answer.status === 'denied' ? { outcome: 'fail', code: 'denied' } : { outcome: 'ok', reply: answer };
}
