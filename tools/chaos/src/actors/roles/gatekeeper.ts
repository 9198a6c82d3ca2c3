import type { Database } from '@holdfast/database';
import type { Random } from '../../random/random.js';
import type { Recorder } from '../../system/recorder.js';
import type { Person, StagedThread } from '../../system/provision.js';
import type { WireClient } from '../wire/wire-client.js';
import type { Outcome } from '../wire/wire-socket.js';
import { pause } from '../../run/pause.js';
import { askForLog, LOG_WAYS } from './log-ways.js';
import { rest } from './rest.js';

export interface GatekeeperOptions {
  readonly thread: StagedThread;
  readonly owner: WireClient;
  /** Who is removed and added again, and all of their clients that follow the thread. */
  readonly victim: Person;
  readonly clients: readonly WireClient[];
  readonly recorder: Recorder;
  readonly database: Database;
  readonly random: Random;
  /** The run is over: what is unknown stays unknown. */
  readonly over: AbortSignal;
}

const PRESENT_MS = [5_000, 12_000] as const;
const ABSENT_MS = [3_000, 7_000] as const;
const RETRY_MS = 500;

const REMOVED_AT = {
  name: 'chaos_removed_at',
  text: `select max(seq)::int as seq from chat.event
         where thread_id = $1 and type = 'member.removed' and data->>'userId' = $2`,
};

/** Removes a member and adds them again; the member goes on listening, and asks for what it may not have. */
export class Gatekeeper {
  constructor(private readonly options: GatekeeperOptions) {}

  async run(signal: AbortSignal): Promise<void> {
    const { random } = this.options;
    while (await pause(random.between(...PRESENT_MS), signal)) {
      if (!(await this.remove())) continue;
      await pause(random.between(...ABSENT_MS), signal);
      await this.probe();
      await this.add();
    }
  }

  /** @returns true once it is certain. */
  private async remove(): Promise<boolean> {
    const { thread, victim, clients, recorder } = this.options;
    for (const client of clients) client.copies.exit(thread.plan.id);
    const removed = await this.insist('member.remove', () => ({
      method: 'DELETE',
      path: `/members/${victim.id}`,
    }));
    const seq = removed ? await this.removedAt() : undefined;
    if (seq === undefined) {
      for (const client of clients) client.copies.enter(thread.plan.id);
      return false;
    }
    const { tenant, id: user } = victim;
    recorder.record({ kind: 'access', what: 'removed', tenant, user, thread: thread.plan.id, seq });
    return true;
  }

  private async add(): Promise<void> {
    const { thread, victim, clients } = this.options;
    const added = await this.insist('member.add', () => ({
      method: 'POST',
      path: '/members',
      body: { userId: victim.id },
    }));
    if (!added) return;
    for (const client of clients) client.copies.enter(thread.plan.id);
  }

  /** The removed one asks all the same. */
  private async probe(): Promise<void> {
    const { thread, clients, random } = this.options;
    for (const client of clients) await askForLog(client, thread.plan.id, random.pick(LOG_WAYS));
  }

  /** Repeats a request until it is answered for certain; it changes nothing the second time. */
  private async insist(
    name: 'member.remove' | 'member.add',
    make: () => { method: 'DELETE' | 'POST'; path: string; body?: unknown },
  ): Promise<boolean> {
    const { owner, thread, victim, random } = this.options;
    const { id } = thread.plan;
    do {
      const { path, ...request } = make();
      const { node, url } = random.pick(owner.options.entrances);
      const token = await owner.options.token();
      const place = { node, thread: id, member: victim.id };
      const result: Outcome<unknown> = await owner.operations.attempt(name, place, () =>
        rest<unknown>({ ...request, url: `${url}/api/threads/${id}${path}`, token }),
      );
      if (result.outcome !== 'info') return result.outcome === 'ok';
    } while (await pause(RETRY_MS, this.options.over));
    return false;
  }

  private async removedAt(): Promise<number | undefined> {
    const { database, thread, victim } = this.options;
    do {
      try {
        const [row] = await database.query<{ seq: number | null }>(REMOVED_AT, [thread.plan.id, victim.id]);
        return row?.seq ?? undefined;
      } catch {
        // Postgres is away: it will tell when it is back.
      }
    } while (await pause(RETRY_MS, this.options.over));
    return undefined;
  }
}
