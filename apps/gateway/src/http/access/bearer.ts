import { AppError } from '@holdfast/contracts';

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i;

/**
 * The token of an Authorization header; undefined if there is no header.
 * @throws AppError `unauthenticated` if the header is not of the form `Bearer <token>`.
 */
export function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const token = BEARER.exec(header)?.[1];
  if (token === undefined) throw new AppError('unauthenticated', 'the Authorization header must be: Bearer <token>');
  return token;
}
