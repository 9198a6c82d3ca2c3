import * as z from 'zod/mini';
import { CEILINGS, safeText, type UserKind } from '@holdfast/contracts';

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

/** Claims beyond what the JWT library checks itself. */
export const Claims = z.object({
  sub: safeText(1, 256),
  tenant: safeText(1, 63),
  name: z.optional(safeText(1, CEILINGS.nameUnits)),
  kind: z.optional(z.enum(['human', 'guest'])),
  roles: z.optional(z.array(safeText(1, 64)).check(z.maxLength(32))),
  exp: z.number(),
});

/** The identity that checked claims describe. */
export function toIdentity(claims: z.infer<typeof Claims>): Identity {
  return {
    sub: claims.sub,
    tenant: claims.tenant,
    name: claims.name ?? claims.sub.slice(0, CEILINGS.nameUnits),
    kind: claims.kind ?? 'human',
    roles: claims.roles ?? [],
    expiresAt: new Date(claims.exp * 1_000),
  };
}
