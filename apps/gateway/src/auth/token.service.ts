import { randomUUID, webcrypto } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { errors, jwtVerify, SignJWT, type CryptoKey, type FlattenedJWSInput, type JWTHeaderParameters } from 'jose';
import { AppError } from '@holdfast/contracts';
import type { Config } from '@holdfast/config';
import { CONFIG } from '../config.token.js';
import { Claims, toIdentity, type Identity } from './identity.js';
import { JwksKeys } from './jwks-keys.js';

const SECRET_ALGORITHM = 'HS256';
const JWKS_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];
const CLOCK_TOLERANCE_S = 5;
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
  /** Imported once: a crowd that returns at once proves itself with little. */
  private readonly secret: Promise<CryptoKey> | undefined;
  private readonly jwks: JwksKeys | undefined;
  private readonly algorithms: string[];

  constructor(@Inject(CONFIG) private readonly config: Config) {
    const { secret, jwksUrl } = config.auth;
    this.secret = secret === undefined ? undefined : importSecret(secret);
    this.jwks = jwksUrl === undefined ? undefined : new JwksKeys(jwksUrl);
    this.algorithms = [...(this.secret ? [SECRET_ALGORITHM] : []), ...(this.jwks ? JWKS_ALGORITHMS : [])];
  }

  /**
   * The identity a token proves.
   * @throws AppError `unauthenticated` if it proves none, `unavailable` if the keys cannot be had at the moment.
   */
  async verify(token: unknown): Promise<Identity> {
    if (typeof token !== 'string' || token === '') throw refused('a token is required');
    if (token.length > MAX_TOKEN_LENGTH) throw refused('the token is too long');
    try {
      const { payload } = await jwtVerify(token, (header, jws) => this.keyFor(header, jws), {
        algorithms: this.algorithms,
        issuer: this.config.auth.issuer,
        audience: this.config.auth.audience,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['sub', 'tenant', 'exp'],
      });
      const claims = Claims.safeParse(payload);
      if (!claims.success) throw refused('the token has a malformed claim');
      return toIdentity(claims.data);
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (error instanceof errors.JWTExpired) throw refused('the token has expired', error);
      throw refused('the token is not valid', error);
    }
  }

  /**
   * Issues a token for a guest: a new one, or `sub` again so that a renewed guest stays the same user.
   * @throws AppError `forbidden` where guests are not admitted.
   */
  async issueGuest(name: string, sub: string = randomUUID()): Promise<IssuedToken> {
    const { auth, gateway } = this.config;
    if (!auth.guest || this.secret === undefined) throw new AppError('forbidden', 'guests are not admitted here');
    const exp = Math.floor(Date.now() / 1_000) + auth.guestTtlS;
    const claims = { sub, tenant: gateway.guestTenant, name, kind: 'guest' as const, roles: [], exp };
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: SECRET_ALGORITHM, typ: 'JWT' })
      .setIssuedAt()
      .setIssuer(auth.issuer)
      .setAudience(auth.audience)
      .sign(await this.secret);
    return { token, identity: toIdentity(claims) };
  }

  private keyFor(header: JWTHeaderParameters, jws: FlattenedJWSInput): Promise<CryptoKey> {
    if (header.alg === SECRET_ALGORITHM && this.secret !== undefined) return this.secret;
    if (this.jwks !== undefined && JWKS_ALGORITHMS.includes(header.alg)) return this.jwks.resolve(header, jws);
    throw refused('the token is signed with an algorithm that is not accepted');
  }
}

function importSecret(secret: string): Promise<CryptoKey> {
  const bytes = new TextEncoder().encode(secret);
  return webcrypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
}

function refused(message: string, cause?: unknown): AppError {
  return new AppError('unauthenticated', message, { cause });
}
