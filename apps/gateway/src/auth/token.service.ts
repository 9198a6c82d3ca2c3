import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { AppError } from '@holdfast/contracts';
import type { Config } from '@holdfast/config';
import { CONFIG } from '../config.token.js';
import { Claims, toIdentity, type Identity } from './identity.js';
import { JwksKeys } from './jwks-keys.js';
import { SECRET_ALGORITHM, SecretTokens } from './secret-tokens.js';
import { CLOCK_TOLERANCE_S, REQUIRED_CLAIMS } from './token-rules.js';

const JWKS_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];
const MAX_TOKEN_LENGTH = 8_192;

export interface IssuedToken {
  readonly token: string;
  readonly identity: Identity;
}

/**
 * Verifies and issues tokens. The algorithm decides the key source and each source has its own algorithms, so that a
 * public key can never be taken for a secret, whatever the token's header says.
 */
@Injectable()
export class TokenService {
  private readonly secret: SecretTokens | undefined;
  private readonly jwks: JwksKeys | undefined;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    const { auth } = config;
    this.secret = auth.secret === undefined ? undefined : new SecretTokens(auth.secret, auth);
    this.jwks = auth.jwksUrl === undefined ? undefined : new JwksKeys(auth.jwksUrl);
  }

  /**
   * The identity a token proves.
   * @throws AppError `unauthenticated` if it proves none, `unavailable` if the keys cannot be had at the moment.
   */
  async verify(token: unknown): Promise<Identity> {
    if (typeof token !== 'string' || token === '') throw refused('a token is required');
    if (token.length > MAX_TOKEN_LENGTH) throw refused('the token is too long');
    const claims = Claims.safeParse(await this.claims(token));
    if (!claims.success) throw refused('the token has a malformed claim');
    return toIdentity(claims.data);
  }

  /**
   * Issues a token for a guest: a new one, or `sub` again so that a renewed guest stays the same user.
   * @throws AppError `forbidden` where guests are not admitted.
   */
  issueGuest(name: string, sub: string = randomUUID()): IssuedToken {
    const { auth, gateway } = this.config;
    if (!auth.guest || this.secret === undefined) throw new AppError('forbidden', 'guests are not admitted here');
    const exp = Math.floor(Date.now() / 1_000) + auth.guestTtlS;
    const claims = { sub, tenant: gateway.guestTenant, name, kind: 'guest' as const, roles: [], exp };
    return { token: this.secret.sign(claims), identity: toIdentity(claims) };
  }

  private async claims(token: string): Promise<unknown> {
    const algorithm = algorithmOf(token);
    if (algorithm === SECRET_ALGORITHM && this.secret !== undefined) return this.secret.verify(token);
    if (this.jwks !== undefined && JWKS_ALGORITHMS.includes(algorithm)) return this.claimsByKeySet(token, this.jwks);
    throw refused('the token is signed with an algorithm that is not accepted');
  }

  private async claimsByKeySet(token: string, keys: JwksKeys): Promise<unknown> {
    const { issuer, audience } = this.config.auth;
    try {
      const { payload } = await jwtVerify(token, (header, jws) => keys.resolve(header, jws), {
        algorithms: JWKS_ALGORITHMS,
        issuer,
        audience,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: REQUIRED_CLAIMS,
      });
      return payload;
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (error instanceof errors.JWTExpired) throw refused('the token has expired', error);
      throw refused('the token is not valid', error);
    }
  }
}

function algorithmOf(token: string): string {
  try {
    return decodeProtectedHeader(token).alg ?? '';
  } catch (error) {
    throw refused('the token is not valid', error);
  }
}

function refused(message: string, cause?: unknown): AppError {
  return new AppError('unauthenticated', message, { cause });
}
