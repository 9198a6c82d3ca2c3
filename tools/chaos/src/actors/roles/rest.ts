import type { WireError } from '@holdfast/contracts';
import { outcomeOf, type Outcome } from '../wire/wire-socket.js';

const REQUEST_MS = 6_000;

export interface RestRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly token: string;
  readonly body?: unknown;
}

/** One request; never rejects. Whatever is not a clear answer leaves open whether it happened. */
export async function rest<R>({ method = 'GET', url, token, body }: RestRequest): Promise<Outcome<R>> {
  try {
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    const text = await response.text();
    const value: unknown = text === '' ? {} : JSON.parse(text);
    if (response.ok) return { outcome: 'ok', reply: value as R };
    return outcomeOf<R>(value as { ok: false; error?: WireError });
  } catch {
    return { outcome: 'info', code: 'unreachable' };
  }
}
