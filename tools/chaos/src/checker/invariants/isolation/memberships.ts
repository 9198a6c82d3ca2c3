import type { Answered, Invoked, Meta } from '../../../history/entry.js';
import { getOrSet } from '../../support/get-or-set.js';

/** A removal that holds: from `entry` on, nothing above `seq` may reach the user. */
export interface Ban {
  readonly seq: number;
  readonly entry: number;
  readonly at: number;
}

interface Membership {
  /** Highest seq that reached the user since they were last added. */
  highest?: { readonly seq: number; readonly entry: number };
  ban?: Ban;
  /** Additions that may still happen: open, or nobody knows. One that came late would end a removal unseen. */
  readonly pendingAdds: Set<number>;
}

/** Who may be given what of which thread, as far as it is certain. */
export class Memberships {
  readonly #all = new Map<string, Membership>();

  start({ threads }: Meta): void {
    for (const { thread, members } of threads) for (const user of members) this.#of(thread, user);
  }

  /** Undefined for somebody whom nobody ever added. */
  find(thread: string, user: string): Membership | undefined {
    return this.#all.get(`${thread} ${user}`);
  }

  invoked({ name, op, thread, member }: Invoked): void {
    if (name !== 'member.add' || member === undefined) return;
    const membership = this.#of(thread, member);
    membership.pendingAdds.add(op);
    delete membership.ban;
    delete membership.highest;
  }

  answered({ op, outcome }: Answered, { name, thread, member }: Invoked): void {
    if (name === 'member.add' && member !== undefined && outcome !== 'info')
      this.#of(thread, member).pendingAdds.delete(op);
  }

  /** @returns what had reached the user already, though it lies above the removal. */
  removed(thread: string, user: string, ban: Ban): { readonly seq: number; readonly entry: number } | undefined {
    const membership = this.#of(thread, user);
    if (membership.pendingAdds.size > 0) return undefined;
    membership.ban = ban;
    const { highest } = membership;
    return highest !== undefined && highest.seq > ban.seq ? highest : undefined;
  }

  #of(thread: string, user: string): Membership {
    return getOrSet(this.#all, `${thread} ${user}`, (): Membership => ({ pendingAdds: new Set() }));
  }
}
