import type {
  Answered,
  Entry,
  FinalRun,
  FinalThread,
  Invoked,
  OperationName,
  Position,
  RunSeen,
  Seen,
  SeenEvent,
  Via,
} from '../../history/entry.js';

type Told = Entry extends infer E ? (E extends Entry ? Omit<E, 'i' | 'at'> & { at?: number } : never) : never;

export const TENANT = 'tenant-1';
export const EPOCH = '7:1';
export const AGENT = 'robo';
export const MEMBERS = ['ann', 'bob', 'eve', AGENT];

/** Canary of a thread. */
export function canary(thread: string): string {
  return `<canary ${thread}>`;
}

/** A text that may be sent in a thread. */
export function says(text: string, thread = 't1'): string {
  return `${canary(thread)} ${text}`;
}

/**
 * Writes a history by hand. It keeps the log of each thread that would be right, and ends the history by it; a test then
 * changes one thing, and one promise must be seen broken. Client `c-ann` is the one of user `ann`.
 */
export class Story {
  readonly entries: Entry[] = [];
  readonly logs = new Map<string, SeenEvent[]>([
    ['t1', []],
    ['t2', []],
  ]);
  readonly runs = new Map<string, FinalRun[]>();
  readonly members = new Map<string, Set<string>>();
  #now = 0;
  #op = 0;
  #injection = 0;

  constructor() {
    const threads = [...this.logs.keys()].map((thread) => ({
      tenant: TENANT,
      thread,
      members: MEMBERS,
      canary: canary(thread),
    }));
    for (const { thread } of threads) this.members.set(thread, new Set(MEMBERS));
    this.tell({ kind: 'meta', seed: 1, minutes: 1, faults: ['redis-kill'], threads, memoryCapMiB: 400 });
    this.tell({ kind: 'process', node: 'gateway-1', what: 'started' });
    this.tell({ kind: 'process', node: 'gateway-1', what: 'memory', residentMiB: 100 });
    for (const thread of this.logs.keys()) this.watch('bob', thread);
  }

  /** Writes an entry, 10 ms after the one before. @returns its index. */
  tell(entry: Told): number {
    const at = entry.at ?? this.#now + 10;
    this.#now = at;
    this.entries.push({ ...entry, i: this.entries.length, at });
    return this.entries.length - 1;
  }

  pass(ms: number): void {
    this.#now += ms;
  }

  invoke(name: OperationName, user: string, more: Partial<Invoked> = {}): number {
    const op = this.#op++;
    const where = { client: `c-${user}`, node: 'gateway-1', tenant: TENANT, user, thread: 't1' };
    this.tell({ kind: 'invoke', op, name, ...where, ...more });
    return op;
  }

  answer(op: number, outcome: Answered['outcome'], more: Partial<Answered> = {}): number {
    return this.tell({ kind: 'answer', op, outcome, ...more });
  }

  /** Postgres commits an entry of the log. */
  commit(event: Omit<SeenEvent, 'seq' | 'id'>, thread = 't1'): SeenEvent {
    const log = this.log(thread);
    const seq = log.length + 1;
    const committed = { seq, id: `${thread}-e${seq}`, ...event };
    log.push(committed);
    return committed;
  }

  log(thread = 't1'): SeenEvent[] {
    const log = this.logs.get(thread) ?? [];
    this.logs.set(thread, log);
    return log;
  }

  /** A send that is acknowledged as it should be. */
  send(user: string, key: string, thread = 't1'): SeenEvent {
    const op = this.invoke('message.send', user, { key, text: says(key, thread), thread });
    const event = this.commit({ type: 'message.sent', sender: user, key, text: says(key, thread) }, thread);
    this.answer(op, 'ok', { seq: event.seq, id: event.id, duplicate: false });
    return event;
  }

  see(user: string, via: Via, event: SeenEvent, more: Partial<Seen> = {}): number {
    const where = { client: `c-${user}`, connection: 0, via, tenant: TENANT, user, thread: 't1', epoch: EPOCH };
    return this.tell({ kind: 'seen', ...where, ...event, ...more });
  }

  watch(user: string, thread = 't1', phase: 'begin' | 'end' = 'begin'): number {
    return this.tell({ kind: 'watch', phase, client: `c-${user}`, tenant: TENANT, user, thread });
  }

  hold(user: string, seq: number, more: Partial<Position> = {}): number {
    return this.tell({
      kind: 'position',
      client: `c-${user}`,
      thread: 't1',
      epoch: EPOCH,
      from: 1,
      seq,
      reset: false,
      ...more,
    });
  }

  stream(user: string, run: string, what: RunSeen['what'], more: Partial<RunSeen> = {}): number {
    const where = { client: `c-${user}`, connection: 0, via: 'live' as const, tenant: TENANT, user, thread: 't1' };
    return this.tell({ kind: 'run', ...where, run, attempt: 1, what, ...more });
  }

  /** What Postgres has in the end of a run with this text, which the log tells too. */
  endRun(id: string, text: string, more: Partial<FinalRun> = {}): void {
    const run: FinalRun = { id, status: 'completed', attempt: 1, length: text.length, text, ...more };
    if (run.text !== undefined) this.commit({ type: 'message.sent', sender: AGENT, run: id, text: run.text });
    if (run.status !== 'queued' && run.status !== 'running') {
      this.commit({ type: 'run.ended', sender: AGENT, run: id, status: run.status });
    }
    this.runs.set('t1', [...(this.runs.get('t1') ?? []), run]);
  }

  fault(name: string, lastsMs: number, effective = true): void {
    const injection = this.#injection++;
    this.tell({ kind: 'fault', injection, name, target: 'x', phase: 'begin' });
    this.pass(lastsMs);
    this.tell({ kind: 'fault', injection, name, target: 'x', phase: 'end', effective });
  }

  heal(): void {
    this.tell({ kind: 'phase', name: 'healed' });
  }

  /** Bob resumes and holds everything, unless the test wants otherwise. */
  catchUp(user = 'bob'): void {
    for (const [thread, log] of this.logs) {
      const op = this.invoke('session.resume', user, { thread });
      for (const event of log) this.see(user, 'resume', event, { thread, op });
      this.answer(op, 'ok');
      if (log.length > 0) this.hold(user, log.length, { thread });
    }
  }

  /** Everything from healing to the end. `change` falsifies what Postgres says. */
  finish(change: (final: FinalThread) => Partial<FinalThread> = () => ({})): this {
    if (!this.entries.some(({ kind }) => kind === 'phase')) this.heal();
    this.catchUp();
    const last = this.send('ann', 'last words');
    this.see('bob', 'live', last);
    this.hold('bob', last.seq);
    const op = this.invoke('session.resume', 'bob');
    this.see('bob', 'resume', last, { op });
    this.answer(op, 'ok');
    this.pass(11_000);
    this.quiet();
    for (const final of this.finals()) this.tell({ ...final, ...change(final) });
    this.end();
    return this;
  }

  quiet(): void {
    this.tell({ kind: 'phase', name: 'quiesced' });
  }

  finals(): FinalThread[] {
    return [...this.logs].map(([thread, events]) => ({
      ...{ kind: 'final', tenant: TENANT, thread, epoch: EPOCH, head: events.length },
      events: structuredClone(events),
      runs: this.runs.get(thread) ?? [],
      members: [...(this.members.get(thread) ?? [])],
    }));
  }

  end(): void {
    this.tell({
      kind: 'process',
      node: 'gateway-1',
      what: 'exited',
      expected: true,
      requested: 'SIGTERM',
      code: 0,
      signal: null,
    });
    this.tell({ kind: 'process', node: 'gateway-1', what: 'logs', lines: 100 });
    this.tell({ kind: 'phase', name: 'end' });
  }
}
