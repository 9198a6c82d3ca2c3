import type { Database, Statement } from '@holdfast/database';
import { lockKey } from '../outbox/key-lock.js';
import type { AlertTarget } from '../targets/alert-target.port.js';
import {
  toClaim,
  type Claim,
  type DeliveryRow,
  type DeliveryStore,
  type LaneStore,
  type Settlement,
} from './delivery-store.js';
import { CLAIM_GROUP, CLAIM_REPEAT, DUE_GROUPS, DUE_REPEATS, FIRING_OTHERS, REPEAT_LATER } from './group-statements.js';

/** A message about a group: what is new in it, and what goes on firing. */
interface GroupClaim extends Claim {
  readonly news: readonly Claim[];
  /** Ids of what fires besides. */
  readonly firing: readonly string[];
}

interface GroupOptions {
  readonly target: AlertTarget;
  readonly leaseMs: number;
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
    return this.each(DUE_GROUPS, [target, limit], (group) => this.claimGroup(target, group));
  }

  async claimReminders(target: string, limit: number): Promise<GroupClaim[]> {
    return this.each(DUE_REPEATS, [target, limit], (group) => this.claimRepeat(target, group));
  }

  async settle({ news, firing }: GroupClaim, settlement: Settlement): Promise<Settlement['status'] | 'fenced'> {
    const settled = new Set<Settlement['status'] | 'fenced'>();
    for (const claim of news) settled.add(await this.single.settle(claim, settlement));
    if (settlement.status === 'delivered') await this.later(firing, this.options.repeatMs);
    return (['dead', 'waiting', 'delivered'] as const).find((status) => settled.has(status)) ?? 'fenced';
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
    const [news, firing] = await this.database.transaction(async (tx) => {
      await lockKey(tx, `${target} ${group}`);
      const rows = await tx.query<DeliveryRow>(CLAIM_GROUP, [target, group, this.options.leaseMs, this.room]);
      const keys = rows.map(({ dedup_key }) => dedup_key);
      const others = rows.length === 0 ? [] : await tx.query<DeliveryRow>(FIRING_OTHERS, [target, group, keys]);
      return [rows.map(toClaim).sort(worstFirst), others.map(toClaim)];
    });
    const id = news.reduce((last, claim) => (BigInt(claim.id) > BigInt(last) ? claim.id : last), '0');
    return this.message(group, { id, news, firing });
  }

  private async claimRepeat(target: string, group: string): Promise<GroupClaim | undefined> {
    const firing = await this.database.transaction(async (tx) => {
      await lockKey(tx, `${target} ${group}`);
      return (await tx.query<DeliveryRow>(CLAIM_REPEAT, [target, group, this.options.leaseMs])).map(toClaim);
    });
    // Not the id of an earlier message: whoever drops doubles would drop the repetition.
    const id = `${firing[0]?.id ?? ''}-${String(Math.floor(Date.now() / this.options.repeatMs))}`;
    return this.message(group, { id, news: [], firing: firing.sort(worstFirst) });
  }

  private message(
    key: string,
    { id, news, firing }: { readonly id: string; readonly news: readonly Claim[]; readonly firing: readonly Claim[] },
  ): GroupClaim | undefined {
    const all = [...news, ...firing];
    const [lead, ...others] = all.slice(0, this.room);
    if (lead === undefined) return undefined;
    return {
      ...lead,
      id,
      // What joined later has not been tried as often: the next try is as soon as its own would be.
      attempt: Math.min(...(news.length === 0 ? firing : news).map(({ attempt }) => attempt)),
      group: { key, others, leftOut: all.length - others.length - 1 },
      news,
      firing: firing.map((claim) => claim.id),
    };
  }

  private async later(ids: readonly string[], ms: number): Promise<void> {
    if (ids.length > 0) await this.database.query(REPEAT_LATER, [ids, Math.round(ms)]);
  }
}

function rank({ notice: { action, severity } }: Claim): number {
  if (action === 'resolve') return 2;
  return severity === 'critical' ? 0 : 1;
}

function worstFirst(a: Claim, b: Claim): number {
  return rank(a) - rank(b) || (BigInt(a.id) < BigInt(b.id) ? -1 : 1);
}
