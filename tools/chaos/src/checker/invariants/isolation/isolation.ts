import type { Access, Answered, FinalThread, Invoked, RunSeen, Seen } from '../../../history/entry.js';
import type { InvariantFactory } from '../../invariant.js';
import { excerpt } from '../../support/excerpt.js';
import { getOrSet } from '../../support/get-or-set.js';
import { Canaries } from './canaries.js';
import { Memberships } from './memberships.js';

/** Output that was committed before a removal may still be on its way, or in a frozen process, that long, in ms. */
const STREAM_GRACE_MS = 15_000;
/** Between the socket and the history, in ms. */
const EXPIRY_SLACK_MS = 1_000;

type Located<T> = T & { readonly i: number; readonly at: number };

/**
 * Everybody sees what is theirs: no text of a thread shows up in another one; nobody sees a thread of another tenant, or
 * one that they were never added to; nothing that was written after a removal reaches the removed one, until somebody
 * adds them again, and nothing that they ask for after it; nothing reaches a client whose token is over.
 */
export const isolation: InvariantFactory = (tell, facts) => {
  const canaries = new Canaries();
  const members = new Memberships();
  const expired = new Map<string, Located<Access>>();
  /** Seq at which a run began, by run. */
  const begun = new Map<string, number>();

  const violated = (what: string, thread: string, entries: readonly number[]) => {
    tell({ what, subject: `thread ${thread}`, entries });
  };

  const texts = (text: string | undefined, thread: string, proof: number) => {
    for (const other of canaries.strangers(text, thread)) {
      violated(`carries a text of thread ${other}: ${excerpt(text)}`, thread, [proof]);
    }
  };

  /** Whether it may be at all; what depends on time comes after. */
  const belongs = ({ thread, tenant, user, client, i }: Located<Seen | RunSeen>) => {
    const known = facts.threads.get(thread);
    if (known === undefined) violated(`nobody declared it, but ${client} sees it`, thread, [i]);
    else if (known.tenant !== tenant)
      violated(`${client} of tenant ${tenant} sees a thread of ${known.tenant}`, thread, [i]);
    else if (members.find(thread, user) === undefined)
      violated(`${user} is no member, but ${client} sees it`, thread, [i]);
  };

  /** Nothing is done in a thread of another tenant, whether it shows something or not. */
  const notForeign = ({ outcome, i }: Located<Answered>, { name, op, tenant, thread }: Invoked) => {
    const owner = facts.threads.get(thread)?.tenant ?? tenant;
    if (outcome !== 'ok' || owner === tenant) return;
    violated(`${name} of tenant ${tenant} was done in a thread of ${owner}`, thread, [facts.invokedAt(op) ?? i, i]);
  };

  const notExpired = ({ client, tenant, user, thread, at, i }: Located<Seen | RunSeen>) => {
    for (const name of [`client ${client}`, `user ${tenant} ${user}`]) {
      const end = expired.get(name);
      if (end === undefined || at <= end.at + EXPIRY_SLACK_MS) continue;
      violated(`reached ${client} after its token and its grace were over`, thread, [end.i, i]);
    }
  };

  /** Asked for after the removal: the answer had to be a refusal. */
  const askedAfter = (op: number | undefined, ban: number) => op !== undefined && (facts.invokedAt(op) ?? 0) > ban;

  const seen = (entry: Located<Seen>) => {
    const { thread, user, seq, op, i } = entry;
    const membership = members.find(thread, user);
    if (entry.type === 'run.started' && entry.run !== undefined) begun.set(entry.run, seq);
    if (membership === undefined) return;
    if ((membership.highest?.seq ?? 0) < seq) membership.highest = { seq, entry: i };
    const { ban } = membership;
    if (ban === undefined) return;
    if (seq > ban.seq) violated(`${user} was removed at ${ban.seq} and was given ${seq}`, thread, [ban.entry, i]);
    else if (askedAfter(op, ban.entry))
      violated(`${user} asked after the removal and was answered`, thread, [ban.entry, i]);
  };

  const streamed = (entry: Located<RunSeen>) => {
    const { thread, user, run, op, at, i } = entry;
    const ban = members.find(thread, user)?.ban;
    if (ban === undefined) return;
    const isLater = (begun.get(run) ?? 0) > ban.seq || at > ban.at + STREAM_GRACE_MS || askedAfter(op, ban.entry);
    if (isLater) violated(`${user} was removed and was given output of run ${run}`, thread, [ban.entry, i]);
  };

  const access = (entry: Located<Access>) => {
    const { what, tenant, user, thread, seq, client, i, at } = entry;
    if (what === 'expired') {
      getOrSet(expired, client === undefined ? `user ${tenant} ${user}` : `client ${client}`, () => entry);
    } else if (thread === undefined || seq === undefined) {
      facts.invalidate(`entry ${i} removes somebody from no thread, or at no seq`);
    } else {
      const early = members.removed(thread, user, { seq, entry: i, at });
      if (early !== undefined)
        violated(`${user} was removed at ${seq} and was given ${early.seq}`, thread, [early.entry, i]);
    }
  };

  const final = ({ thread, events, runs, i }: FinalThread & { readonly i: number }) => {
    for (const { text } of [...events, ...runs]) texts(text, thread, i);
  };

  return {
    entry: (entry) => {
      switch (entry.kind) {
        case 'meta':
          canaries.learn(entry, facts);
          members.start(entry);
          break;
        case 'invoke':
          members.invoked(entry);
          if (entry.text !== undefined && !canaries.marks(entry.text, entry.thread)) {
            facts.invalidate(`entry ${entry.i} sends a text without the canary of its thread`);
          }
          break;
        case 'answer': {
          const invoked = facts.open.get(entry.op);
          if (invoked === undefined) break;
          members.answered(entry, invoked);
          notForeign(entry, invoked);
          const ban = members.find(invoked.thread, invoked.user)?.ban;
          if (entry.outcome !== 'ok' || ban === undefined || !askedAfter(entry.op, ban.entry)) break;
          // A resume is answered as a whole; what it says of this thread is seen or is not. And whoever asks again
          // about what was done before the removal is told so.
          if (invoked.name === 'session.resume' || entry.duplicate === true) break;
          violated(`${invoked.user} was removed, and ${invoked.name} was done`, invoked.thread, [ban.entry, entry.i]);
          break;
        }
        case 'seen':
          texts(entry.text, entry.thread, entry.i);
          belongs(entry);
          notExpired(entry);
          seen(entry);
          break;
        case 'run':
          texts(entry.text, entry.thread, entry.i);
          belongs(entry);
          notExpired(entry);
          streamed(entry);
          break;
        case 'access':
          access(entry);
          break;
        case 'final':
          final(entry);
          break;
        default:
      }
    },
  };
};
