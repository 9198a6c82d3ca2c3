import { randomUUID } from 'node:crypto';
import { HoldfastClient, isServing, viewText, type ThreadState } from '@holdfast/client';
import { signToken } from '@holdfast/testing';
import type { Deliveries } from './deliveries.js';
import { GapWatch } from './gap-watch.js';
import type { Member } from './member.js';
import type { Runs } from './runs.js';

export interface LibraryMemberOptions {
  readonly url: string;
  readonly subject: string;
  readonly userId: string;
  readonly room: { readonly threadId: string; readonly size: number };
  /** Where an agent answers, if this one asks. */
  readonly agentThreadId: string | undefined;
  readonly deliveries: Deliveries;
  readonly runs: Runs;
}

/** Somebody with the client library. */
export class LibraryMember implements Member {
  private readonly gap = new GapWatch();
  private readonly client: HoldfastClient;
  private seenSeq = 0;
  private answered = 0;
  private isAsking = false;

  constructor(private readonly options: LibraryMemberOptions) {
    const { url, userId, subject } = options;
    this.client = new HoldfastClient({
      url,
      identity: { tenant: 'default', userId },
      token: () => signToken({ sub: subject }),
    });
    this.gap.set(false);
  }

  get isLive(): boolean {
    return this.gap.isLive;
  }

  get gapMs(): number {
    return this.gap.longest;
  }

  start(): void {
    const { room, agentThreadId } = this.options;
    this.client.connection.subscribe(() => {
      this.gap.set(isServing(this.client.connection.getSnapshot()));
    });
    this.client.openThread(room.threadId);
    const thread = this.client.threads.get(room.threadId);
    thread.subscribe(() => {
      this.look(thread.getSnapshot());
    });
    if (agentThreadId !== undefined) {
      this.client.openThread(agentThreadId);
      const agent = this.client.threads.get(agentThreadId);
      agent.subscribe(() => {
        this.lookAtRuns(agent.getSnapshot());
      });
    }
    this.client.start();
  }

  begin(): void {
    this.gap.restart();
  }

  say(): void {
    const { room, deliveries } = this.options;
    const id = randomUUID();
    deliveries.sent(id, room.size);
    this.client.send(room.threadId, id);
  }

  ask(): void {
    this.isAsking = true;
    const { agentThreadId } = this.options;
    if (agentThreadId !== undefined) this.client.send(agentThreadId, 'Please write a long answer about delivery');
  }

  rest(): void {
    this.isAsking = false;
  }

  stop(): void {
    this.client.stop();
  }

  private look({ log, timeline }: ThreadState): void {
    if (log.last <= this.seenSeq) return;
    const before = this.seenSeq;
    this.seenSeq = log.last;
    for (let index = timeline.items.length - 1; index >= 0; index -= 1) {
      const item = timeline.items[index];
      if (item === undefined || item.seq <= before) break;
      if (item.kind === 'message' && item.parts !== null)
        this.options.deliveries.seen(viewText(item.parts), this.options.userId);
    }
  }

  private lookAtRuns({ runs, timeline }: ThreadState): void {
    for (const run of runs.values()) {
      if (run.status === 'running') this.options.runs.progress(run.runId, run.length, run.attempt);
    }
    if (timeline.endedRuns.size === this.answered) return;
    this.answered = timeline.endedRuns.size;
    for (const item of timeline.items) {
      if ((item.kind === 'message' || item.kind === 'run') && item.runId !== null && item.outcome !== null)
        this.options.runs.ended(item.runId, item.outcome === 'completed');
    }
    if (this.isAsking) this.ask();
  }
}
