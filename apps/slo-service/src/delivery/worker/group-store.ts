import { createHash } from 'node:crypto';
import type { Database, Statement } from '@holdfast/database';
import { lockKey } from '../outbox/key-lock.js';
import type { AlertTarget } from '../targets/alert-target.port.js';
import {
  toClaim,
  tries,
  type Claim,
  type DeliveryRow,
  type DeliveryStore,
  type LaneStore,
  type Settled,
  type Settlement,
} from './delivery-store.js';
import {
  CLAIM_GROUP,
  CLAIM_REPEAT,
  DUE_GROUPS,
  DUE_REPEATS,
  FIRING_OTHERS,
  HOLD_LEFT_OUT,
  REPEAT_LATER,
  SPLIT,
} from './group-statements.js';

/** A message about a group: what is new in it, and what goes on firing. */
interface GroupClaim extends Claim {
  readonly group: NonNullable<Claim['group']>;
  /** All that the message is to settle; of a key that changed twice, both. */
  readonly news: readonly Claim[];
  /** Ids of what fires besides. */
  readonly firing: readonly string[];
}

interface Parts {
  readonly news: readonly Claim[];
  readonly firing: readonly Claim[];
  /** Whether the message tells of nothing that fires besides. */
  readonly isAlone: boolean;
}

interface GroupOptions {
  readonly target: AlertTarget;
  readonly leaseMs: number;
  readonly groupIntervalMs: number;
  readonly repeatMs: number;
}

/** Takes a message's alerts from the outbox together; each keeps a row, and the order, of its own. */
export class GroupStore implements LaneStore {
  private readonly room: number;

  constructor(
    private readonly database: Database,
    private readonly single: DeliveryStore,
    private readonly options: GroupOptions,
  ) {
    this.room = options.target.groupOf ?? 1;
  }

  async claim(target: string, limit: number): Promise<GroupClaim[]> {
    const values = [target, limit, this.options.groupIntervalMs];
    return this.each(DUE_GROUPS, values, (group) => this.claimGroup(target, group));
  }

  async claimReminders(target: string, limit: number): Promise<GroupClaim[]> {
    return this.each(DUE_REPEATS, [target, limit], (group) => this.claimRepeat(target, group));
  }

  /** A message that is refused may be refused for one of its alerts only: each of them has a message of its own then. */
  async settle(claim: GroupClaim, settlement: Settlement): Promise<Settled> {
    const { target, news, firing, group } = claim;
    if (settlement.status === 'dead' && group.others.length > 0) {
      const split = await this.database.query(SPLIT, [...tries(news), settlement.code]);
      return split.length > 0 ? 'split' : 'fenced';
    }
    const hold = { statement: HOLD_LEFT_OUT, values: [target, group.key] };
    const settled = await this.single.settleAll(news, settlement, hold);
    if (settlement.status === 'delivered') await this.later(firing, this.options.repeatMs);
    return settled;
  }

  async reminded({ firing }: GroupClaim, _code: string, nextMs: number): Promise<void> {
    await this.later(firing, nextMs);
  }

  private async each(
    due: Statement,
    values: readonly unknown[],
    claim: (group: string) => Promise<GroupClaim | undefined>,
  ): Promise<GroupClaim[]> {
    const claims: GroupClaim[] = [];
    for (const { group } of await this.database.query<{ group: string }>(due, values)) {
      const claimed = await claim(group);
      if (claimed !== undefined) claims.push(claimed);
    }
    return claims;
  }

  private async claimGroup(target: string, group: string): Promise<GroupClaim | undefined> {
    const { leaseMs, groupIntervalMs } = this.options;
    const parts = await this.database.transaction(async (tx) => {
      await lockKey(tx, `${target} ${group}`);
      const values = [target, group, groupIntervalMs, leaseMs, this.room];
      const rows = await tx.query<DeliveryRow & { alone: boolean }>(CLAIM_GROUP, values);
      const keys = rows.map(({ dedup_key }) => dedup_key);
      const others = rows.length === 0 ? [] : await tx.query<DeliveryRow>(FIRING_OTHERS, [target, group, keys]);
      return { news: rows.map(toClaim), firing: others.map(toClaim), isAlone: rows.some(({ alone }) => alone) };
    });
    return this.message(group, parts);
  }

  private async claimRepeat(target: string, group: string): Promise<GroupClaim | undefined> {
    const firing = await this.database.transaction(async (tx) => {
      await lockKey(tx, `${target} ${group}`);
      return (await tx.query<DeliveryRow>(CLAIM_REPEAT, [target, group, this.options.leaseMs])).map(toClaim);
    });
    const claim = this.message(group, { news: [], firing: firing.sort(worstFirst), isAlone: false });
    // Not the id of an earlier message: whoever drops doubles would drop the repetition.
    const turn = String(Math.floor(Date.now() / this.options.repeatMs));
    return claim === undefined ? undefined : { ...claim, id: `${claim.id}-${turn}` };
  }

  private message(key: string, { news, firing, isAlone }: Parts): GroupClaim | undefined {
    const all = [...newestOfEach(news).sort(worstFirst), ...firing];
    const [lead, ...others] = all.slice(0, isAlone ? 1 : this.room);
    if (lead === undefined) return undefined;
    return {
      ...lead,
      id: idOf([lead, ...others]),
      // What joined later has not been tried as often: the next try is as soon as its own would be.
      attempt: Math.min(...(news.length === 0 ? firing : news).map(({ attempt }) => attempt)),
      group: { key, others, leftOut: all.length - others.length - 1 },
      news,
      firing: isAlone ? [] : firing.map((claim) => claim.id),
    };
  }

  private async later(ids: readonly string[], ms: number): Promise<void> {
    if (ids.length > 0) await this.database.query(REPEAT_LATER, [ids, Math.round(ms)]);
  }
}

/** Stays the same as long as the message tells of the same. */
function idOf(claims: readonly Claim[]): string {
  const ids = claims.map(({ id }) => id).sort();
  return `${claims[0]?.id ?? ''}-${createHash('sha256').update(ids.join(' ')).digest('hex').slice(0, 16)}`;
}

function newestOfEach(claims: readonly Claim[]): Claim[] {
  const oldestFirst = [...claims].sort(byId);
  return [...new Map(oldestFirst.map((claim) => [claim.dedupKey, claim])).values()];
}

function byId(a: Claim, b: Claim): number {
  return BigInt(a.id) < BigInt(b.id) ? -1 : 1;
}

function rank({ notice: { action, severity } }: Claim): number {
  if (action === 'resolve') return 2;
  return severity === 'critical' ? 0 : 1;
}

function worstFirst(a: Claim, b: Claim): number {
  return rank(a) - rank(b) || byId(a, b);
}
