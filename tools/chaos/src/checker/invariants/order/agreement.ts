import type { FinalThread, SeenEvent } from '../../../history/entry.js';
import type { Invariant, Tell } from '../../invariant.js';
import { excerpt } from '../../support/excerpt.js';
import { getOrSet } from '../../support/get-or-set.js';
import type { Facts } from '../../facts.js';

interface Known {
  readonly id: string;
  readonly type: string;
  readonly sender: string | undefined;
  readonly entry: number;
  text?: { readonly value: string; readonly entry: number };
  /** Entry that showed it without a text. */
  blank?: number;
}

const TYPES: Record<string, string> = {
  'message.send': 'message.sent',
  'message.edit': 'message.edited',
  'message.delete': 'message.deleted',
};

/**
 * (thread, epoch, seq) names one entry for everybody: acknowledgement, live, resume, pull, REST and Postgres. No fault of
 * ours makes Postgres begin another history, so that every epoch is that of the end: a restart after a crash keeps it.
 * A body is the same for everybody until it is deleted, which the log then tells. The log is 1 to head, each once.
 */
export function agreement(tell: Tell, facts: Facts): Invariant {
  const threads = new Map<string, Map<string, Map<number, Known>>>();
  const acks = new Map<string, { readonly event: SeenEvent; readonly entry: number }[]>();

  const note = (thread: string, epoch: string, event: Omit<SeenEvent, 'key'>, entry: number) => {
    const log = getOrSet(
      getOrSet(threads, thread, () => new Map<string, Map<number, Known>>()),
      epoch,
      () => new Map<number, Known>(),
    );
    const { seq, id, type, sender, text } = event;
    const known = getOrSet(log, seq, (): Known => ({ id, type, sender, entry }));
    const violated = (what: string, earlier: number) => {
      tell({ what: `at ${seq}: ${what}`, subject: `thread ${thread}`, entries: [earlier, entry] });
    };
    if (known.id !== id || known.type !== type || known.sender !== sender) {
      violated(
        `${known.type} ${known.id} of ${String(known.sender)}, and ${type} ${id} of ${String(sender)}`,
        known.entry,
      );
    } else if (text === undefined) known.blank ??= entry;
    else if (known.text === undefined) known.text = { value: text, entry };
    else if (known.text.value !== text) {
      violated(`the text ${excerpt(known.text.value)}, and the text ${excerpt(text)}`, known.text.entry);
    }
  };

  const blanks = ({ thread, epoch, events, i }: FinalThread & { readonly i: number }) => {
    const log = threads.get(thread)?.get(epoch) ?? new Map<number, Known>();
    const deleted = new Set(events.filter(({ type }) => type === 'message.deleted').map(({ target }) => target));
    const targets = new Map(events.map(({ id, target }) => [id, target]));
    for (const [seq, { id, type, text, blank }] of log) {
      if (text === undefined || blank === undefined || !type.startsWith('message.')) continue;
      if (deleted.has(id) || deleted.has(targets.get(id))) continue;
      const what = `at ${seq}: shown with a text and without one, and nobody deleted it`;
      tell({ what, subject: `thread ${thread}`, entries: [text.entry, blank, i] });
    }
  };

  const epochs = ({ thread, epoch, i }: FinalThread & { readonly i: number }) => {
    for (const [other, log] of threads.get(thread) ?? []) {
      const [first] = log.values();
      if (other === epoch || first === undefined) continue;
      const what = `numbered by the history ${other}, but Postgres is ${epoch} and was never promoted`;
      tell({ what, subject: `thread ${thread}`, entries: [first.entry, i] });
    }
  };

  const dense = ({ thread, head, events, i }: FinalThread & { readonly i: number }) => {
    const odd = events.findIndex(({ seq }, index) => seq !== index + 1);
    if (odd < 0 && events.length === head) return;
    const where = odd < 0 ? `${events.length} entries` : `entry ${odd + 1} has seq ${String(events[odd]?.seq)}`;
    tell({ what: `the log is not 1 to head ${head}: ${where}`, subject: `thread ${thread}`, entries: [i] });
  };

  return {
    entry: (entry) => {
      if (entry.kind === 'seen') note(entry.thread, entry.epoch, entry, entry.i);
      else if (entry.kind === 'final') {
        dense(entry);
        for (const event of entry.events) note(entry.thread, entry.epoch, event, entry.i);
        for (const ack of acks.get(entry.thread) ?? []) note(entry.thread, entry.epoch, ack.event, ack.entry);
        blanks(entry);
        epochs(entry);
        threads.delete(entry.thread);
        acks.delete(entry.thread);
      } else if (entry.kind === 'answer') {
        const invoked = facts.open.get(entry.op);
        const type = invoked === undefined ? undefined : TYPES[invoked.name];
        const { seq, id, i } = entry;
        if (
          entry.outcome !== 'ok' ||
          invoked === undefined ||
          type === undefined ||
          seq === undefined ||
          id === undefined
        )
          return;
        // An acknowledgement names no epoch; there is one, so that it is compared when that is known.
        const event = {
          seq,
          id,
          type,
          sender: invoked.user,
          ...(invoked.text === undefined ? {} : { text: invoked.text }),
        };
        getOrSet(acks, invoked.thread, () => []).push({ event, entry: i });
      }
    },
  };
}
