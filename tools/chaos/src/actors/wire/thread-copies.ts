import { setTimeout as delay } from 'node:timers/promises';
import type {
  CommandName,
  CommandReply,
  CommandRequest,
  LogEvent,
  RunFollow,
  ServerEvent,
  ThreadResume,
} from '@holdfast/contracts';
import type { Recorder } from '../../system/recorder.js';
import type { Observations } from './observations.js';
import type { Operations } from './operations.js';
import { RunViews } from './run-views.js';
import { ThreadView } from './thread-view.js';
import type { Outcome } from './wire-socket.js';

/** What the copies need of their client. */
export interface Line {
  readonly node: string;
  readonly isConnected: boolean;
  readonly isPassive: boolean;
  command<N extends CommandName>(name: N, request: CommandRequest<N>): Promise<Outcome<CommandReply<N>>>;
}

interface Notes {
  readonly recorder: Recorder;
  readonly observations: Observations;
  readonly operations: Operations;
}

/** A gap may close by itself for this long. */
const HOLD_MS = 200;
const RETRY_MS = 300;
const PAGE = 200;

/** The threads and runs that a client follows: resumes, merges, and pulls what is missing. */
export class ThreadCopies {
  readonly runs = new RunViews();
  private readonly views = new Map<string, ThreadView>();
  /** Every thread that was ever followed. */
  private readonly known = new Set<string>();
  private readonly dirty = new Set<string>();
  private readonly pulling = new Set<string>();
  /** Counts connections, so that what an old one brings late does nothing. */
  private life = 0;
  private synced = false;

  constructor(
    private readonly notes: Notes,
    private readonly line: Line,
  ) {}

  get entered(): string[] {
    return [...this.views.keys()];
  }

  /** Whether all there is, by thread, is held. */
  hold(heads: ReadonlyMap<string, number>): boolean {
    return [...this.views].every(([thread, { seq }]) => seq >= (heads.get(thread) ?? 0));
  }

  view(thread: string): ThreadView | undefined {
    return this.views.get(thread);
  }

  /** Follows a thread from now on. */
  enter(thread: string, slow = false): void {
    const view = new ThreadView();
    // What was held before it was left is gone.
    view.wasReset = this.known.has(thread);
    this.known.add(thread);
    this.views.set(thread, view);
    this.watch('begin', thread, slow);
    if (this.synced) void this.resume([thread]);
  }

  /** Follows it no longer; what still arrives is written down all the same. */
  exit(thread: string): void {
    if (!this.views.has(thread)) return;
    this.tellPositions();
    this.views.delete(thread);
    this.runs.forget(thread);
    this.watch('end', thread, false);
  }

  exitAll(): void {
    for (const thread of this.entered) this.exit(thread);
  }

  onLost(): void {
    this.life++;
    this.synced = false;
  }

  /** Asks for everything that was missed, until it has been answered. */
  async resume(only?: readonly string[]): Promise<void> {
    const life = this.life;
    let pending: readonly string[] = only ?? this.entered;
    const asked = new Set(pending);
    let runs = only === undefined ? this.runs.cursors() : [];
    while (pending.length > 0 && life === this.life && this.line.isConnected) {
      const threads = pending.flatMap((threadId) => this.cursor(threadId));
      const [first] = threads;
      if (first === undefined) break;
      let again: string[] = [];
      const place = { node: this.line.node, thread: first.threadId };
      const result = await this.notes.operations.attempt('session.resume', place, async (op) => {
        const outcome = await this.line.command('session.resume', { threads, runs });
        if (outcome.outcome === 'ok' && life === this.life) {
          again = outcome.reply.threads.flatMap((answer) => this.take(answer, op));
          for (const run of outcome.reply.runs) this.followed(run, op);
        }
        return outcome;
      });
      if (result.outcome === 'fail') break;
      if (result.outcome === 'ok') {
        pending = again;
        runs = [];
      }
      if (pending.length > 0) await delay(RETRY_MS);
    }
    if (life !== this.life || !this.line.isConnected) return;
    this.synced = true;
    // Entered while the question was under way.
    const missed = only === undefined ? this.entered.filter((thread) => !asked.has(thread)) : [];
    if (missed.length > 0) void this.resume(missed);
    for (const thread of this.entered) if (this.view(thread)?.isBehind === true) void this.pull(thread, 0);
  }

  onEvent(name: string, payload: unknown): void {
    const handler = this.handlers[name as keyof typeof this.handlers] as ((payload: unknown) => void) | undefined;
    handler?.(payload);
  }

  /** Writes down how far it is, where that has changed. */
  tellPositions(): void {
    for (const thread of this.dirty) {
      const view = this.views.get(thread);
      if (view?.epoch === undefined || view.seq === 0) continue;
      const { epoch, from, seq, wasReset: reset } = view;
      const { client } = this.notes.observations.observer;
      this.notes.recorder.record({ kind: 'position', client, thread, epoch, from, seq, reset });
      view.wasReset = false;
    }
    this.dirty.clear();
  }

  private readonly handlers = {
    'events.appended': ({ threadId, epoch, events }: ServerEvent<'events.appended'>) => {
      this.notes.observations.events(events, threadId, epoch, { via: 'live' });
      const view = this.views.get(threadId);
      if (view === undefined) return;
      if ((view.epoch ?? epoch) === epoch) this.merge(threadId, epoch, events);
      else void this.resume([threadId]);
    },
    'thread.heads': ({ epoch, heads }: ServerEvent<'thread.heads'>) => {
      for (const [thread, head] of Object.entries(heads)) {
        const view = this.views.get(thread);
        if (view?.epoch !== epoch) continue;
        view.head = Math.max(view.head, head);
        if (view.isBehind) void this.pull(thread, HOLD_MS);
      }
    },
    'run.attempt': (event: ServerEvent<'run.attempt'>) => {
      this.notes.observations.attempt(event.threadId, event);
      if (this.views.has(event.threadId)) this.runs.began(event.runId, event.threadId, event);
    },
    'run.chunk': (event: ServerEvent<'run.chunk'>) => {
      const { threadId, runId } = event;
      this.notes.observations.output(threadId, 'chunk', event, { via: 'live' });
      if (this.views.has(threadId) && !this.runs.chunk(runId, threadId, event)) void this.follow(runId, threadId);
    },
    'run.snapshot': (event: ServerEvent<'run.snapshot'>) => {
      this.notes.observations.output(event.threadId, 'snapshot', event, { via: 'live' });
      if (this.views.has(event.threadId)) this.runs.snapshot(event.runId, event.threadId, event);
    },
    'run.ended': (event: ServerEvent<'run.ended'>) => {
      this.notes.observations.ended(event.threadId, event, { via: 'live' });
      this.runs.ended(event.runId);
    },
  };

  private cursor(threadId: string): CommandRequest<'session.resume'>['threads'] {
    const view = this.views.get(threadId);
    if (view === undefined) return [];
    return [{ threadId, afterSeq: view.seq, ...(view.epoch === undefined ? {} : { epoch: view.epoch }) }];
  }

  /** @returns the thread if it has to be asked for again. */
  private take(answer: ThreadResume, op: number): string[] {
    if (answer.status === 'pending') return [answer.threadId];
    if (answer.status === 'denied') return [];
    const { threadId, epoch, head, events, runs } = answer;
    const source = { via: 'resume', op } as const;
    this.notes.observations.events(events, threadId, epoch, source);
    this.notes.observations.live(threadId, runs, source);
    const view = this.views.get(threadId);
    if (view === undefined) return [];
    const seqs = events.map(({ seq }) => seq);
    if (answer.status === 'reset' || (view.epoch !== undefined && view.epoch !== epoch)) view.reset(epoch, seqs, head);
    view.head = Math.max(view.head, head);
    this.merge(threadId, epoch, events);
    for (const run of runs) {
      if (run.parts.length > 0 || run.off === 0) this.runs.snapshot(run.runId, threadId, run);
      // A run that stands at its length, without its text.
      else if (!this.runs.chunk(run.runId, threadId, run)) void this.follow(run.runId, threadId);
    }
    return [];
  }

  private merge(thread: string, epoch: string, events: readonly LogEvent[]): void {
    const view = this.views.get(thread);
    if (view === undefined) return;
    view.take(
      epoch,
      events.map(({ seq }) => seq),
    );
    for (const event of events) {
      if (event.type === 'run.started') this.runs.expect(event.data.runId, thread);
      if (event.type === 'run.ended') this.runs.ended(event.data.runId);
    }
    this.dirty.add(thread);
    if (view.isBehind) void this.pull(thread, HOLD_MS);
  }

  /** Fetches what is missing, one page after the other. */
  private async pull(thread: string, afterMs: number): Promise<void> {
    if (this.line.isPassive && afterMs > 0) return;
    if (this.pulling.has(thread) || !this.synced) return;
    this.pulling.add(thread);
    const life = this.life;
    try {
      await delay(afterMs);
      for (;;) {
        const view = this.views.get(thread);
        if (life !== this.life || view?.isBehind !== true || !this.line.isConnected) return;
        const request = { threadId: thread, afterSeq: view.seq, limit: PAGE };
        const place = { node: this.line.node, thread };
        const result = await this.notes.operations.attempt('events.pull', place, async (op) => {
          const outcome = await this.line.command('events.pull', request);
          if (outcome.outcome === 'ok') {
            const { events, epoch } = outcome.reply;
            this.notes.observations.events(events, thread, epoch, { via: 'pull', op });
            if (this.views.get(thread)?.epoch === epoch) this.merge(thread, epoch, events);
          }
          return outcome;
        });
        if (result.outcome === 'fail') return;
        if (result.outcome === 'info') await delay(RETRY_MS);
      }
    } finally {
      this.pulling.delete(thread);
    }
  }

  private async follow(runId: string, thread: string): Promise<void> {
    const key = `run ${runId}`;
    if (this.line.isPassive || this.pulling.has(key)) return;
    this.pulling.add(key);
    await delay(HOLD_MS);
    const cursor = this.runs.cursors().find((known) => known.runId === runId);
    const result = cursor === undefined ? undefined : await this.line.command('run.follow', cursor);
    this.pulling.delete(key);
    if (result?.outcome === 'ok' && this.views.has(thread)) this.followed(result.reply.run, undefined);
  }

  private followed(run: RunFollow, op: number | undefined): void {
    const thread = this.runs.threadOf(run.runId);
    if (thread === undefined) return;
    const source = op === undefined ? ({ via: 'pull' } as const) : ({ via: 'resume', op } as const);
    this.notes.observations.follow(thread, run, source);
    if (run.status === 'pending') void this.follow(run.runId, thread);
    if (run.status === 'tail' || run.status === 'snapshot') this.runs.snapshot(run.runId, thread, run);
    else if (run.status !== 'pending') this.runs.ended(run.runId);
  }

  private watch(phase: 'begin' | 'end', thread: string, slow: boolean): void {
    const { recorder, observations } = this.notes;
    recorder.record({ kind: 'watch', phase, ...observations.observer, thread, ...(slow ? { slow: true } : {}) });
  }
}
