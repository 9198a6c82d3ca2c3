import type { Random } from '../../random/random.js';
import { pause } from '../../run/pause.js';
import type { WireClient } from '../wire/wire-client.js';
import { askForLog, LOG_WAYS } from './log-ways.js';

const PAUSE_MS = [1_000, 4_000] as const;

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
    const thread = this.random.pick(this.threads);
    await askForLog(this.client, thread, this.random.pick(LOG_WAYS));
  }
}
