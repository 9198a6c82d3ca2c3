import type { EventPage } from '@holdfast/contracts';
import type { Random } from '../../random/random.js';
import type { WireClient } from '../wire/wire-client.js';
import { pause } from '../../run/pause.js';
import { rest } from './rest.js';

const PAGE = 50;
const PAUSE_MS = [300, 1_200] as const;

/** Reads pages of history over HTTP, at any gateway, wherever a client of the same person may. */
export class RestReader {
  constructor(
    private readonly client: WireClient,
    private readonly random: Random,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    while (await pause(this.random.between(...PAUSE_MS), signal)) await this.read();
  }

  private async read(): Promise<void> {
    const { copies, options, observations } = this.client;
    const threads = copies.entered;
    if (threads.length === 0) return;
    const thread = this.random.pick(threads);
    const head = copies.view(thread)?.head ?? 0;
    const query = this.random.chance(0.5) ? `&afterSeq=${String(this.random.int(0, head))}` : '';
    const { url } = this.random.pick(options.entrances);
    const result = await rest<EventPage>({
      url: `${url}/api/threads/${thread}/events?limit=${String(PAGE)}${query}`,
      token: await options.token(),
    });
    if (result.outcome !== 'ok') return;
    observations.events(result.reply.events, thread, result.reply.epoch, { via: 'rest' });
  }
}
