import { createHash } from 'node:crypto';
import type { User, UserKind } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';
import { v7 as uuidv7 } from 'uuid';

/** What a token says about its bearer. */
export interface TokenIdentity {
  /** Slug of the tenant. */
  readonly tenant: string;
  /** `sub`, unique within the tenant. */
  readonly subject: string;
  readonly name: string;
  readonly kind: Exclude<UserKind, 'agent'>;
}

export type EnsuredUser =
  | { readonly status: 'ok'; readonly tenantId: string; readonly tenant: string; readonly user: User }
  /** No tenant has this slug. */
  | { readonly status: 'unknown_tenant' }
  /** The person was erased; the subject must not come back to life. */
  | { readonly status: 'erased' };

interface Row {
  ord: number;
  tenant_id: string | null;
  user_id: string | null;
  name: string;
  kind: UserKind;
  erased: boolean;
}

const FIND = {
  name: 'users_find',
  text: `select i.ord::int as ord, t.id as tenant_id, u.id as user_id, u.name, u.kind, u.erased_at is not null as erased
         from unnest($1::text[], $2::text[], $3::text[]) with ordinality as i (slug, subject, erased_subject, ord)
         left join chat.tenant t on t.slug = i.slug
         left join lateral (
           select * from chat.app_user u
           where u.tenant_id = t.id and u.subject in (i.subject, i.erased_subject)
           order by u.erased_at nulls last limit 1
         ) u on true`,
};

// Sorted, so that two gateways that greet the same people cannot deadlock.
const UPSERT = {
  name: 'users_upsert',
  text: `insert into chat.app_user as u (id, tenant_id, subject, name, kind)
         select distinct on (i.tenant_id, i.subject) i.id, i.tenant_id, i.subject, i.name, i.kind
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[]) as i (id, tenant_id, subject, name, kind)
         order by i.tenant_id, i.subject
         on conflict (tenant_id, subject) do update set name = excluded.name where u.erased_at is null
         returning u.tenant_id, u.subject, u.id as user_id, u.name, u.kind`,
};

/** What is left of the subject of an erased person: enough to recognise it, not enough to read it. */
export function erasedSubject(subject: string): string {
  return `erased:${createHash('sha256').update(subject).digest('hex')}`;
}

/**
 * Finds or creates the users of tokens, in one round trip when all are known, else in two; a changed name is taken over.
 * Idempotent. Outcomes come in the order given.
 */
export async function ensureUsers(db: Database, identities: readonly TokenIdentity[]): Promise<EnsuredUser[]> {
  if (identities.length === 0) return [];
  const found = await db.query<Row>(FIND, [
    identities.map(({ tenant }) => tenant),
    identities.map(({ subject }) => subject),
    identities.map(({ subject }) => erasedSubject(subject)),
  ]);
  const byOrd = new Map(found.map((row) => [row.ord, row]));
  const stale: { identity: TokenIdentity; tenantId: string }[] = [];
  identities.forEach((identity, index) => {
    const row = byOrd.get(index + 1);
    if (row?.tenant_id == null || row.erased) return;
    if (row.user_id === null || row.name !== identity.name) stale.push({ identity, tenantId: row.tenant_id });
  });
  const written = await upsert(db, stale);
  return identities.map((identity, index): EnsuredUser => {
    const row = byOrd.get(index + 1);
    if (row?.tenant_id == null) return { status: 'unknown_tenant' };
    if (row.erased) return { status: 'erased' };
    const user = written.get(`${row.tenant_id} ${identity.subject}`) ?? row;
    if (user.user_id === null) return { status: 'erased' };
    const { user_id: id, name, kind } = user;
    return { status: 'ok', tenantId: row.tenant_id, tenant: identity.tenant, user: { id, name, kind } };
  });
}

type Written = Pick<Row, 'user_id' | 'name' | 'kind'> & { tenant_id: string; subject: string };

async function upsert(
  db: Database,
  stale: readonly { identity: TokenIdentity; tenantId: string }[],
): Promise<Map<string, Written>> {
  if (stale.length === 0) return new Map();
  const rows = await db.query<Written>(UPSERT, [
    stale.map(() => uuidv7()),
    stale.map(({ tenantId }) => tenantId),
    stale.map(({ identity }) => identity.subject),
    stale.map(({ identity }) => identity.name),
    stale.map(({ identity }) => identity.kind),
  ]);
  return new Map(rows.map((row) => [`${row.tenant_id} ${row.subject}`, row]));
}

/** {@link ensureUsers} for one token. */
export async function ensureUser(db: Database, identity: TokenIdentity): Promise<EnsuredUser> {
  const [user] = await ensureUsers(db, [identity]);
  return user ?? { status: 'unknown_tenant' };
}
