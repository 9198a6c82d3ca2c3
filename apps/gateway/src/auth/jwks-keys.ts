import {
  createLocalJWKSet,
  errors,
  type CryptoKey,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose';
import { AppError } from '@holdfast/contracts';

const FETCH_TIMEOUT_MS = 2_000;
const MAX_BYTES = 512 * 1_024;
/** Age at which the key set is renewed; tokens are still checked with the old one meanwhile. */
const FRESH_MS = 10 * 60_000;
/** Shortest time between two fetches, so that tokens with invented key ids cannot flood the identity provider. */
const COOLDOWN_MS = 10_000;
const RETRY_AFTER_MS = 2_000;

type LocalKeys = ReturnType<typeof createLocalJWKSet>;

/**
 * Public keys of an identity provider. Once fetched they stay in use while the provider is down: an outage there ends no
 * session here. Only a token whose key is not known yet is refused then, as retryable.
 */
export class JwksKeys {
  private keys: LocalKeys | undefined;
  private triedAt = -Infinity;
  private freshAt = -Infinity;
  private failed = false;
  private loading: Promise<void> | undefined;

  constructor(
    private readonly url: string,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * The key that must have signed the token with this protected header.
   * @throws AppError `unavailable` if the provider does not answer and the key is not known.
   */
  async resolve(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    if (this.keys === undefined) await this.load();
    else if (this.now() - this.freshAt > FRESH_MS) void this.load();
    try {
      return await this.pick(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.load();
      if (this.failed) throw unavailable();
      return await this.pick(header, token);
    }
  }

  private async pick(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    if (this.keys === undefined) throw unavailable();
    return await this.keys(header, token);
  }

  private load(): Promise<void> {
    if (this.loading === undefined && this.now() - this.triedAt >= COOLDOWN_MS) {
      this.triedAt = this.now();
      this.loading = this.fetchKeys().finally(() => {
        this.loading = undefined;
      });
    }
    return this.loading ?? Promise.resolve();
  }

  private async fetchKeys(): Promise<void> {
    try {
      const response = await fetch(this.url, {
        headers: { accept: 'application/jwk-set+json, application/json' },
        redirect: 'error',
        signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
      });
      if (!response.ok) throw new Error(`status ${response.status.toString()}`);
      const text = await readBounded(response);
      this.keys = createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
      this.freshAt = this.now();
      this.failed = false;
    } catch {
      // The verdict is told per token by resolve(); with the old keys in hand there is nothing to refuse.
      this.failed = true;
      if (this.keys === undefined) this.triedAt = this.now() - COOLDOWN_MS + RETRY_AFTER_MS / 2;
    }
  }
}

async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > MAX_BYTES) throw new Error('key set too large');
  }
  return text + decoder.decode();
}

function unavailable(): AppError {
  return new AppError('unavailable', 'the identity provider does not answer', { retryAfterMs: RETRY_AFTER_MS });
}
