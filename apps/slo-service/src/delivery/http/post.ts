import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as tlsRequest, type RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import { mayConnect, type NetworkPolicy } from './address-rule.js';
import { AddressRefusedError } from './address-refused.error.js';
import { guardedLookup, type Resolve } from './guarded-lookup.js';
import { retryAfterMs } from './retry-after.js';

/** A request with a JSON body. */
export interface JsonPost {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface PostOptions {
  readonly policy: NetworkPolicy;
  /** Time for everything from the look-up of the name to the last byte of the answer, in ms. */
  readonly timeoutMs: number;
  /** Gives the request up. */
  readonly signal: AbortSignal;
  readonly resolve?: Resolve;
}

/** What came back. `refused` = the address may not be connected to; `failed` = no status came. */
export type PostResult =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterMs: number | undefined }
  | { readonly kind: 'refused' }
  | { readonly kind: 'failed'; readonly code: 'timeout' | 'aborted' | 'network' };

/** Bytes of an answer that are read; the status says what matters. */
const MAX_ANSWER_BYTES = 16_384;

function optionsOf(url: URL, { headers, body }: JsonPost, { policy, resolve }: PostOptions): RequestOptions {
  const isAllowed = (address: string): boolean => mayConnect(address, url.protocol, policy);
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  // Sockets look no literal up.
  if (isIP(literal) !== 0 && !isAllowed(literal)) throw new AddressRefusedError();
  return {
    method: 'POST',
    // One connection per request: each is looked up and judged anew.
    agent: false,
    lookup: guardedLookup(isAllowed, resolve),
    headers: {
      ...headers,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'holdfast-slo-service',
    },
  };
}

/** Lets the other side finish, within bounds; what it says, and whether it finishes, changes nothing. */
async function drain(answer: IncomingMessage): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) return;
    }
  } catch {
    // The status came, and with it the answer.
  }
}

async function exchange(post: JsonPost, options: PostOptions, signal: AbortSignal): Promise<PostResult> {
  const url = new URL(post.url);
  const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
  const request = send(url, { ...optionsOf(url, post, options), signal });
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve);
      request.on('error', reject);
      request.end(post.body);
    });
    await drain(answer);
    const { statusCode: status = 0, headers } = answer;
    return { kind: 'answered', status, retryAfterMs: retryAfterMs(headers['retry-after'], Date.now()) };
  } finally {
    request.destroy();
  }
}

/** Posts JSON and follows no redirect. Never throws, and says nothing of the address: it may be a secret. */
export async function postJson(post: JsonPost, options: PostOptions): Promise<PostResult> {
  const deadline = AbortSignal.timeout(options.timeoutMs);
  try {
    return await exchange(post, options, AbortSignal.any([deadline, options.signal]));
  } catch (error) {
    if (error instanceof AddressRefusedError) return { kind: 'refused' };
    if (options.signal.aborted) return { kind: 'failed', code: 'aborted' };
    return { kind: 'failed', code: deadline.aborted ? 'timeout' : 'network' };
  }
}
