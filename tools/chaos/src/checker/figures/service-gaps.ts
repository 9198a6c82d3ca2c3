import type { Answered, Entry, Invoked, RunSeen } from '../../history/entry.js';
import type { Facts } from '../facts.js';
import { getOrSet } from '../support/get-or-set.js';

/** A time in which somebody was not served as usual, in ms since the start; `to` is Infinity if it never ended. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** What is usual without a fault on a loaded machine, in ms. */
export const USUAL = {
  /** From the first try of a send to its answer. */
  send: 1_500,
  /** From the first try of a send that is acknowledged until a watcher holds it. */
  delivery: 2_500,
  /** Between two pieces of a stream. */
  stream: 2_500,
} as const;

interface Watcher {
  readonly slow: boolean;
  seq: number;
  /** What it is waiting for. */
  owed?: { readonly seq: number; readonly since: number };
}

interface Stream {
  readonly thread: string;
  /** Who was shown a part of it and is there. */
  readonly readers: Set<string>;
  attempt: number;
  end: number;
  at: number;
}

/** Finds the times in which sends, deliveries or streams took longer than usual. */
export class ServiceGaps {
  readonly #gaps: Gap[] = [];
  /** Sends that wait for their result, by key; one that nobody tries any more was given up then. */
  readonly #sends = new Map<string, { readonly client: string; readonly since: number; triedUntil: number }>();
  readonly #away = new Set<string>();
  readonly #watchers = new Map<string, Map<string, Watcher>>();
  readonly #heads = new Map<string, number>();
  readonly #runs = new Map<string, Stream>();

  constructor(private readonly facts: Facts) {}

  entry(entry: Entry): void {
    const { at } = entry;
    switch (entry.kind) {
      case 'invoke':
        if (entry.name === 'message.send' && !this.#away.has(entry.client)) {
          const { client } = entry;
          getOrSet(this.#sends, keyOf(entry), () => ({ client, since: at, triedUntil: 0 })).triedUntil = Infinity;
        }
        break;
      case 'answer':
        this.#answered(entry, at);
        break;
      case 'watch': {
        const watchers = getOrSet(this.#watchers, entry.thread, () => new Map<string, Watcher>());
        if (entry.phase === 'end') {
          watchers.delete(entry.client);
          this.#stopped(entry.client, entry.thread);
        } else watchers.set(entry.client, { slow: entry.slow === true, seq: 0 });
        break;
      }
      case 'away':
        this.#left(entry.client);
        break;
      case 'position': {
        const watcher = this.#watchers.get(entry.thread)?.get(entry.client);
        if (watcher !== undefined) this.#moved(watcher, entry.thread, entry.seq, at);
        break;
      }
      case 'run':
        // Who reads slowly by intent sees it late.
        if (this.#watchers.get(entry.thread)?.get(entry.client)?.slow !== true) this.#streamed(entry, at);
        break;
      default:
    }
  }

  /** All of them, earliest first. */
  end(): readonly Gap[] {
    for (const { since, triedUntil } of this.#sends.values()) this.#gaps.push({ from: since, to: triedUntil });
    for (const watchers of this.#watchers.values()) {
      for (const { owed } of watchers.values())
        if (owed !== undefined) this.#gaps.push({ from: owed.since, to: Infinity });
    }
    return this.#gaps.sort((a, b) => a.from - b.from);
  }

  #note(from: number, to: number, usual: number): void {
    if (to - from > usual) this.#gaps.push({ from, to });
  }

  /** Whoever is away by intent waits for nothing. */
  #left(client: string): void {
    this.#away.add(client);
    for (const watchers of this.#watchers.values()) delete watchers.get(client)?.owed;
    for (const [key, send] of this.#sends) if (send.client === client) this.#sends.delete(key);
    this.#stopped(client);
  }

  /** A stream that nobody looks at any more is not late. */
  #stopped(client: string, only?: string): void {
    for (const [run, { thread, readers }] of this.#runs) {
      if (only !== undefined && only !== thread) continue;
      if (readers.delete(client) && readers.size === 0) this.#runs.delete(run);
    }
  }

  #answered({ op, outcome, seq }: Answered, at: number): void {
    const invoked = this.facts.open.get(op);
    if (invoked?.name === 'session.resume' && outcome === 'ok') this.#away.delete(invoked.client);
    if (invoked?.name !== 'message.send') return;
    const key = keyOf(invoked);
    const send = this.#sends.get(key);
    if (send === undefined) return;
    send.triedUntil = at;
    if (outcome === 'info') return;
    this.#note(send.since, at, USUAL.send);
    this.#sends.delete(key);
    if (outcome !== 'ok' || seq === undefined || seq <= (this.#heads.get(invoked.thread) ?? 0)) return;
    this.#heads.set(invoked.thread, seq);
    for (const [client, watcher] of this.#watchers.get(invoked.thread) ?? []) {
      if (!watcher.slow && watcher.seq < seq && !this.#away.has(client)) watcher.owed ??= { seq, since: send.since };
    }
  }

  #moved(watcher: Watcher, thread: string, seq: number, at: number): void {
    watcher.seq = seq;
    if (watcher.owed === undefined || seq < watcher.owed.seq) return;
    this.#note(watcher.owed.since, at, USUAL.delivery);
    delete watcher.owed;
    const head = this.#heads.get(thread) ?? 0;
    if (seq < head) watcher.owed = { seq: head, since: at };
  }

  #streamed({ client, thread, run, what, attempt, base = 0, off = base, text = '' }: RunSeen, at: number): void {
    const known = this.#runs.get(run);
    if (what === 'ended') {
      if (known !== undefined) this.#note(known.at, at, USUAL.stream);
      this.#runs.delete(run);
      return;
    }
    const end = off + text.length;
    if (known === undefined) {
      this.#runs.set(run, { thread, readers: new Set([client]), attempt, end, at });
      return;
    }
    known.readers.add(client);
    const isFurther = attempt > known.attempt || (attempt === known.attempt && end > known.end);
    // A new attempt says that somebody took over; its first piece says that the stream goes on.
    if (!isFurther || what === 'attempt') return;
    this.#note(known.at, at, USUAL.stream);
    Object.assign(known, { attempt, end, at });
  }
}

function keyOf({ thread, user, key, op }: Invoked): string {
  return `${thread} ${user} ${key ?? String(op)}`;
}
