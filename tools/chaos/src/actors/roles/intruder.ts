import type { EventPage, ThreadResume } from '@holdfast/contracts';
import type { OperationName, Via } from '../../history/entry.js';
import type { Random } from '../../random/random.js';
import { pause } from '../../run/pause.js';
import type { WireClient } from '../wire/wire-client.js';
import type { Outcome } from '../wire/wire-socket.js';
import { rest } from './rest.js';

type Given = Pick<EventPage, 'epoch' | 'events'>;

/** A way that leads to the log of a thread. */
interface Way {
  readonly name: OperationName;
  readonly via: Via;
  readonly ask: (client: WireClient, threadId: string) => Promise<Outcome<Given>>;
}

const PAUSE_MS = [1_000, 4_000] as const;
const PAGE = 50;

const WAYS: readonly Way[] = [
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

/** Asks for threads of other tenants; whatever it is given stands in the history. */
export class Intruder {
  constructor(
    private readonly client: WireClient,
    /** Of other tenants. */
    private readonly threads: readonly string[],
    private readonly random: Random,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    while (await pause(this.random.between(...PAUSE_MS), signal)) await this.probe();
  }

  private async probe(): Promise<void> {
    const { client } = this;
    const thread = this.random.pick(this.threads);
    const { name, via, ask } = this.random.pick(WAYS);
    if (!client.isConnected) return;
    await client.operations.attempt(name, { node: client.node, thread }, async (op) => {
      const outcome = await ask(client, thread);
      if (outcome.outcome === 'ok') {
        client.observations.events(outcome.reply.events, thread, outcome.reply.epoch, { via, op });
      }
      return outcome;
    });
  }
}

/** `denied` is a refusal like any other. */
function givenBy(answer: ThreadResume | undefined): Outcome<Given> {
  if (answer === undefined || answer.status === 'pending') return { outcome: 'info', code: 'pending' };
  return answer.status === 'denied' ? { outcome: 'fail', code: 'denied' } : { outcome: 'ok', reply: answer };
}
