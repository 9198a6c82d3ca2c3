import type { Position } from '../../history/entry.js';
import type { InvariantFactory } from '../invariant.js';
import { getOrSet } from '../support/get-or-set.js';

/** Within that time of healing, whoever watches holds what was there when it healed. */
export const HEAL_MS = 10_000;
/** Longest time until an operation has some answer, be it that nobody knows; all time-outs of a client are shorter. */
export const ANSWER_MS = 30_000;
/** Within that time of the end of the last fault every app is ready. */
const READY_MS = 30_000;

interface Place {
  readonly seq: number;
  readonly entry: number;
}

interface Watcher {
  readonly client: string;
  readonly thread: string;
  readonly slow: boolean;
  readonly entry: number;
  /** What was there at healing, while it is not held. */
  owed?: Place;
}

const NOTHING: Place = { seq: 0, entry: 0 };

/**
 * Nothing hangs. Every operation is answered in time; every app is ready soon after the last fault; after healing
 * everybody who watches catches up within 10 s and sends are acknowledged again; in the end everybody holds the whole
 * thread. (That every run ends is `terminal`.)
 */
export const liveness: InvariantFactory = (tell, facts) => {
  const heads = new Map<string, Place>();
  const positions = new Map<string, Place>();
  const watchers = new Map<string, Watcher>();
  const startedAt = new Map<number, number>();
  let sentAfterHealing: { readonly first: number; acknowledged: boolean } | undefined;

  const learn = (thread: string, seq: number, entry: number) => {
    if (getOrSet(heads, thread, () => NOTHING).seq < seq) heads.set(thread, { seq, entry });
  };
  const held = ({ client, thread }: { readonly client: string; readonly thread: string }) =>
    positions.get(`${client} ${thread}`) ?? NOTHING;
  const late = ({ client, thread, owed, entry }: Watcher, proof: number) => {
    if (owed === undefined) return;
    const what = `did not hold ${owed.seq} within ${HEAL_MS / 1_000} s of healing`;
    tell({ what, subject: `client ${client}, thread ${thread}`, entries: [entry, owed.entry, proof] });
  };

  const healed = () => {
    for (const watcher of watchers.values()) {
      const head = heads.get(watcher.thread) ?? NOTHING;
      if (!watcher.slow && held(watcher).seq < head.seq) watcher.owed = head;
    }
  };

  const ready = (proof: number) => {
    const { lastHeal, readyAfterMs = 0 } = facts;
    if (lastHeal === undefined || readyAfterMs <= READY_MS) return;
    const seconds = (readyAfterMs / 1_000).toFixed(1);
    const what = `was ready ${seconds} s after the last fault, not within ${READY_MS / 1_000} s`;
    tell({ what, subject: 'the system', entries: [lastHeal.i, proof] });
  };

  const moved = (entry: Position & { readonly i: number; readonly at: number }) => {
    const name = `${entry.client} ${entry.thread}`;
    positions.set(name, { seq: entry.seq, entry: entry.i });
    const watcher = watchers.get(name);
    if (watcher?.owed === undefined || entry.seq < watcher.owed.seq) return;
    const healing = facts.phase('healed');
    if (healing !== undefined && entry.at > healing.at + HEAL_MS) late(watcher, entry.i);
    delete watcher.owed;
  };

  return {
    entry: (entry) => {
      switch (entry.kind) {
        case 'watch': {
          const { client, thread, slow = false, i } = entry;
          if (entry.phase === 'end') watchers.delete(`${client} ${thread}`);
          else watchers.set(`${client} ${thread}`, { client, thread, slow, entry: i });
          break;
        }
        case 'seen':
          learn(entry.thread, entry.seq, entry.i);
          break;
        case 'position':
          moved(entry);
          break;
        case 'invoke': {
          startedAt.set(entry.op, entry.at);
          const healing = facts.phase('healed');
          const isAfter = healing !== undefined && entry.at >= healing.at + HEAL_MS;
          if (isAfter && entry.name === 'message.send') sentAfterHealing ??= { first: entry.i, acknowledged: false };
          break;
        }
        case 'answer': {
          const { op, outcome, seq, at, i } = entry;
          const invoked = facts.open.get(op);
          const invokedAt = facts.invokedAt(op) ?? i;
          if (invoked === undefined) break;
          if (at - (startedAt.get(op) ?? at) > ANSWER_MS) {
            const what = `${invoked.name} was answered after more than ${ANSWER_MS / 1_000} s`;
            tell({ what, subject: `client ${invoked.client}`, entries: [invokedAt, i] });
          }
          startedAt.delete(op);
          if (outcome !== 'ok') break;
          if (seq !== undefined) learn(invoked.thread, seq, i);
          const wasAfter = sentAfterHealing !== undefined && invokedAt >= sentAfterHealing.first;
          if (wasAfter && invoked.name === 'message.send') sentAfterHealing = { first: invokedAt, acknowledged: true };
          break;
        }
        case 'phase':
          if (entry.name === 'healed') healed();
          else if (entry.name === 'ready') ready(entry.i);
          break;
        case 'final':
          for (const watcher of watchers.values()) {
            const position = held(watcher);
            if (watcher.thread !== entry.thread || position.seq >= entry.head) continue;
            const what = `holds ${position.seq} in the end, the head is ${entry.head}`;
            const subject = `client ${watcher.client}, thread ${watcher.thread}`;
            tell({ what, subject, entries: [watcher.entry, position.entry, entry.i] });
          }
          break;
        default:
      }
    },
    end: () => {
      const healing = facts.phase('healed')?.i ?? 0;
      for (const watcher of watchers.values()) late(watcher, healing);
      for (const [op, { name, client }] of facts.open) {
        tell({ what: `${name} was never answered`, subject: `client ${client}`, entries: [facts.invokedAt(op) ?? 0] });
      }
      if (sentAfterHealing?.acknowledged === false) {
        const what = `no send was acknowledged later than ${HEAL_MS / 1_000} s after healing`;
        tell({ what, subject: 'the system', entries: [healing, sentAfterHealing.first] });
      }
    },
  };
};
