import type { Answered, FinalThread, Invoked, OperationName, SeenEvent } from '../../history/entry.js';
import type { InvariantFactory, Tell } from '../invariant.js';
import { excerpt } from '../support/excerpt.js';
import { getOrSet } from '../support/get-or-set.js';

/** Operations that write one entry into the log, and its type. */
const WRITES: Partial<Record<OperationName, string>> = {
  'message.send': 'message.sent',
  'message.edit': 'message.edited',
  'message.delete': 'message.deleted',
};

/** All tries of one key. */
interface Write {
  readonly type: string;
  readonly user: string;
  readonly key: string;
  readonly target: string | undefined;
  readonly texts: Set<string>;
  readonly entries: number[];
  open: number;
  /** A try of which nobody knows whether it happened. */
  uncertain: boolean;
  ok?: { readonly seq: number; readonly id: string; readonly run: string | undefined; readonly entry: number };
}

/**
 * What was acknowledged is in the log of Postgres, at the place and with the text that were acknowledged; what was refused
 * is not; what nobody sent is not either. A body that is gone was deleted by somebody, and one that was deleted is gone.
 * The members are those that the log tells.
 */
export const durable: InvariantFactory = (tell, facts) => {
  const threads = new Map<string, Map<string, Write>>();

  const invoked = (entry: Invoked & { readonly i: number }) => {
    const type = WRITES[entry.name];
    if (type === undefined) return;
    const { user, target, op, key = `operation ${op}` } = entry;
    const write = getOrSet(
      getOrSet(threads, entry.thread, () => new Map<string, Write>()),
      `${user} ${key}`,
      (): Write => ({ type, user, key, target, texts: new Set(), entries: [], open: 0, uncertain: false }),
    );
    if (entry.text !== undefined) write.texts.add(entry.text);
    write.entries.push(entry.i);
    write.open++;
  };

  const answered = (entry: Answered & { readonly i: number }) => {
    const invocation = facts.open.get(entry.op);
    if (invocation === undefined || WRITES[invocation.name] === undefined) return;
    const { thread, user, op, key = `operation ${op}` } = invocation;
    const write = threads.get(thread)?.get(`${user} ${key}`);
    if (write === undefined) return;
    write.open--;
    write.entries.push(entry.i);
    if (entry.outcome === 'info') write.uncertain = true;
    if (entry.outcome !== 'ok') return;
    const { seq, id, run } = entry;
    if (seq === undefined || id === undefined)
      facts.invalidate(`entry ${entry.i} acknowledges a write without its place`);
    else write.ok ??= { seq, id, run, entry: entry.i };
  };

  return {
    entry: (entry) => {
      if (entry.kind === 'invoke') invoked(entry);
      else if (entry.kind === 'answer') answered(entry);
      else if (entry.kind === 'final') {
        const writes = threads.get(entry.thread) ?? new Map<string, Write>();
        threads.delete(entry.thread);
        new FinalLog(tell, entry).check(writes, facts.threads.get(entry.thread)?.members ?? []);
      }
    },
  };
};

class FinalLog {
  readonly #bySeq = new Map<number, SeenEvent>();
  readonly #byKey = new Map<string, SeenEvent>();
  /** Messages that the log says were deleted. */
  readonly #deleted = new Set<string>();

  constructor(
    private readonly tell: Tell,
    private readonly final: FinalThread & { readonly i: number },
  ) {
    for (const event of final.events) {
      this.#bySeq.set(event.seq, event);
      if (event.key !== undefined) this.#byKey.set(`${String(event.sender)} ${event.key}`, event);
      if (event.type === 'message.deleted' && event.target !== undefined) this.#deleted.add(event.target);
    }
  }

  check(writes: ReadonlyMap<string, Write>, members: readonly string[]): void {
    for (const write of writes.values()) {
      if (write.ok !== undefined) this.#acknowledged(write, write.ok);
      else this.#unacknowledged(write);
    }
    const changes = new Set([...writes.values()].map(({ type, target }) => `${type} ${String(target)}`));
    for (const event of this.final.events) this.#expected(event, writes, changes);
    this.#members(members);
  }

  #acknowledged(write: Write, { seq, id, run, entry }: NonNullable<Write['ok']>): void {
    const { type, key } = write;
    const found = this.#bySeq.get(seq);
    const name = `${type} ${key}, acknowledged at ${seq},`;
    if (found === undefined) this.#violated(`${name} is not in the log`, [entry]);
    else if (found.id !== id || found.type !== type) {
      this.#violated(`${name} gave way to ${found.type} ${found.id}`, [entry]);
    } else if (type === 'message.sent' && found.key !== key) {
      this.#violated(`${name} has the key ${String(found.key)} in the log`, [entry]);
    } else this.#sameText(write, found, [entry]);
    if (run !== undefined && !this.final.runs.some((one) => one.id === run)) {
      this.#violated(`${name} promised the run ${run}, which does not exist`, [entry]);
    }
  }

  #unacknowledged({ uncertain, open, ...write }: Write): void {
    const found = this.#byKey.get(`${write.user} ${write.key}`);
    if (found === undefined) return;
    if (uncertain || open > 0) this.#sameText(write, found, write.entries);
    else this.#violated(`${write.type} ${write.key} was refused, but is in the log at ${found.seq}`, write.entries);
  }

  #sameText({ texts, key, type }: Pick<Write, 'texts' | 'key' | 'type'>, found: SeenEvent, proof: readonly number[]) {
    if (type === 'message.deleted') return;
    const erased = this.#deleted.has(type === 'message.edited' ? String(found.target) : found.id);
    if (found.text === undefined) {
      if (!erased) this.#violated(`${type} ${key} lost its text, and nobody deleted it`, proof);
    } else if (erased) this.#violated(`${type} ${key} was deleted and still has its text`, proof);
    else if (!texts.has(found.text)) {
      this.#violated(`${type} ${key} says ${excerpt(found.text)}, not ${excerpt([...texts][0])}`, proof);
    }
  }

  /** Whether somebody asked for what is in the log. */
  #expected(event: SeenEvent, writes: ReadonlyMap<string, Write>, changes: ReadonlySet<string>): void {
    const { type, seq, key, run, target } = event;
    if (type === 'message.sent') {
      if (run === undefined && !writes.has(`${String(event.sender)} ${String(key)}`)) {
        this.#violated(`the message at ${seq}, key ${String(key)}, was sent by nobody`, []);
      }
    } else if (type === 'message.edited' || type === 'message.deleted') {
      if (!changes.has(`${type} ${String(target)}`)) this.#violated(`${type} at ${seq} was asked for by nobody`, []);
    }
  }

  #members(atStart: readonly string[]): void {
    const members = new Set(atStart);
    for (const { type, member } of this.final.events) {
      if (member === undefined) continue;
      if (type === 'member.added') members.add(member);
      if (type === 'member.removed') members.delete(member);
    }
    const now = new Set(this.final.members);
    const odd = [...members].filter((id) => !now.has(id)).concat([...now].filter((id) => !members.has(id)));
    if (odd.length > 0) this.#violated(`log and members disagree about ${odd.join(', ')}`, []);
  }

  #violated(what: string, entries: readonly number[]): void {
    this.tell({ what, subject: `thread ${this.final.thread}`, entries: [...entries, this.final.i] });
  }
}
