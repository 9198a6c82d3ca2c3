import * as z from 'zod/mini';
import { CEILINGS, safeText, toLine, type UserKind } from '@holdfast/contracts';

/** Who a verified token speaks for. */
export interface Identity {
  /** Subject within the tenant, as the issuer names it. */
  readonly sub: string;
  /** Tenant slug. */
  readonly tenant: string;
  readonly name: string;
  readonly kind: Extract<UserKind, 'human' | 'guest'>;
  readonly roles: readonly string[];
  /** End of the token; a live socket survives it by the configured grace only. */
  readonly expiresAt: Date;
}

/** The last second that an ISO 8601 timestamp of the wire can name; some issuers mean "never" by a later one. */
const MAX_EXP_S = Date.UTC(9999, 11, 31, 23, 59, 59) / 1_000;

/** Claims beyond what the JWT library checks itself. */
export const Claims = z.object({
  sub: safeText(1, 256),
  tenant: safeText(1, 63),
  name: z.optional(safeText(1, CEILINGS.nameUnits)),
  kind: z.optional(z.enum(['human', 'guest'])),
  roles: z.optional(z.array(safeText(1, 64)).check(z.maxLength(32))),
  exp: z.number(),
});

/** A name for whoever has none, without half a character at its end, which no store returns as it was. */
function nameOf(sub: string): string {
  return sub.slice(0, CEILINGS.nameUnits).replace(/\p{Surrogate}$/u, '');
}

/** The identity that checked claims describe. */
export function toIdentity(claims: z.infer<typeof Claims>): Identity {
  return {
    sub: claims.sub,
    tenant: claims.tenant,
    name: toLine(claims.name ?? nameOf(claims.sub)),
    kind: claims.kind ?? 'human',
    roles: claims.roles ?? [],
    expiresAt: new Date(Math.min(claims.exp, MAX_EXP_S) * 1_000),
  };
}
