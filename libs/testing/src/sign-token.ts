import { SignJWT } from 'jose';

/** The secret that {@link signToken} and spawned apps share unless a test gives another. */
export const TEST_AUTH_SECRET = 'holdfast-test-secret-that-is-long-enough';

/** Claims of a test token; what is absent gets a valid value. */
export interface TokenClaims {
  readonly sub?: string;
  /** Tenant slug. */
  readonly tenant?: string;
  readonly name?: string;
  readonly roles?: readonly string[];
  readonly issuer?: string;
  readonly audience?: string;
  /** Lifetime in seconds from now; negative = already expired. */
  readonly expiresInS?: number;
  readonly secret?: string;
}

/** An HS256 token as the gateway expects it; every claim can be made wrong on purpose. */
export async function signToken(claims: TokenClaims = {}): Promise<string> {
  const nowS = Math.floor(Date.now() / 1_000);
  const { sub = 'user-1', tenant = 'default', name = sub, roles = [], expiresInS = 3_600 } = claims;
  return new SignJWT({ tenant, name, roles })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setIssuer(claims.issuer ?? 'holdfast')
    .setAudience(claims.audience ?? 'holdfast')
    .setIssuedAt(nowS - (expiresInS < 0 ? -expiresInS + 60 : 0))
    .setExpirationTime(nowS + expiresInS)
    .sign(new TextEncoder().encode(claims.secret ?? TEST_AUTH_SECRET));
}
