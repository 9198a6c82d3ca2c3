import { isUtf8 } from 'node:buffer';
import { createSigner, createVerifier, TokenError } from 'fast-jwt';
import { AppError } from '@holdfast/contracts';
import { CLOCK_TOLERANCE_S, REQUIRED_CLAIMS, type TokenRules } from './token-rules.js';

/** The one algorithm of a secret; no public key is ever taken for one. */
export const SECRET_ALGORITHM = 'HS256';

/**
 * Tokens that a shared secret signs. In one go, not on another thread as WebCrypto: a hash of some hundred bytes takes a
 * few µs, the way there and back many times that, and a crowd that comes back at once pays it for each of its members.
 */
export class SecretTokens {
  private readonly verifier: (token: string) => unknown;
  private readonly signer: (claims: Readonly<Record<string, unknown>>) => string;

  constructor(secret: string, { issuer, audience }: TokenRules) {
    this.verifier = createVerifier({
      key: secret,
      algorithms: [SECRET_ALGORITHM],
      allowedIss: issuer,
      allowedAud: audience,
      clockTolerance: CLOCK_TOLERANCE_S * 1_000,
      requiredClaims: ['iss', 'aud', ...REQUIRED_CLAIMS],
    });
    this.signer = createSigner({ key: secret, algorithm: SECRET_ALGORITHM, iss: issuer, aud: audience });
  }

  /**
   * The claims of a token, not looked into.
   * @throws AppError `unauthenticated`.
   */
  verify(token: string): unknown {
    // Two names that are not text would be read as the same one.
    if (!isUtf8(Buffer.from(token.split('.')[1] ?? '', 'base64url'))) throw refused('the token is not valid');
    try {
      return this.verifier(token);
    } catch (error) {
      // Only the code: the rest may quote the token.
      const code = error instanceof TokenError ? error.code : undefined;
      throw refused(code === TokenError.codes.expired ? 'the token has expired' : 'the token is not valid', code);
    }
  }

  /** A token of these claims, issued now. */
  sign(claims: Readonly<Record<string, unknown>>): string {
    return this.signer(claims);
  }
}

function refused(message: string, cause?: string): AppError {
  return new AppError('unauthenticated', message, { cause });
}
