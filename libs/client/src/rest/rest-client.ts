import { AppError } from '@holdfast/contracts';
import type * as z from 'zod/mini';
import { toAppError, wireFault } from '../support/errors.js';

export interface RestOptions {
  /** Origin of the gateway that serves now; empty = the page's own. */
  readonly url: () => string;
  /** The bearer token, or null for requests that need none. */
  readonly token: () => Promise<string | null>;
  readonly fetch: typeof fetch;
  /** Told the id under which the server's logs know each request, or null. */
  readonly onTrace?: (traceId: string | null) => void;
}

export interface RestRequest<S extends z.ZodMiniType> {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** Schema of the answer; absent = the answer has no content. */
  readonly reply?: S;
}

const DEADLINE_MS = 10_000;

/** HTTP with a deadline on every request and one fault type. */
export class RestClient {
  readonly #options: RestOptions;

  constructor(options: RestOptions) {
    this.#options = options;
  }

  /**
   * One request.
   *
   * @throws AppError the server's own error; `timeout` after 10 s; `unavailable` without a connection.
   */
  async request<S extends z.ZodMiniType>(path: string, request: RestRequest<S> = {}): Promise<z.infer<S>> {
    const token = await this.#options.token();
    const headers: Record<string, string> = { accept: 'application/json' };
    if (token !== null) headers['authorization'] = `Bearer ${token}`;
    if (request.body !== undefined) headers['content-type'] = 'application/json';
    try {
      const response = await this.#options.fetch(this.#url(path, request.query), {
        method: request.method ?? 'GET',
        headers,
        signal: AbortSignal.timeout(DEADLINE_MS),
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      });
      this.#options.onTrace?.(response.headers.get('x-request-id'));
      return await read(response, request.reply);
    } catch (fault) {
      if (fault instanceof Error && fault.name === 'TimeoutError') {
        throw new AppError('timeout', 'The server did not answer in time', { cause: fault });
      }
      throw toAppError(fault);
    }
  }

  #url(path: string, query: RestRequest<z.ZodMiniType>['query'] = {}): string {
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, String(value));
    const text = params.toString();
    return `${this.#options.url()}${path}${text === '' ? '' : `?${text}`}`;
  }
}

async function read<S extends z.ZodMiniType>(response: Response, schema: S | undefined): Promise<z.infer<S>> {
  const text = await response.text();
  if (!response.ok) throw wireFault(errorOf(text));
  if (schema === undefined) return undefined as z.infer<S>;
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new AppError('internal', 'The server answered in a form that this version does not know');
  }
  return parsed.data;
}

function errorOf(text: string): unknown {
  const body = parseJson(text);
  return typeof body === 'object' && body !== null && 'error' in body ? body.error : body;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
