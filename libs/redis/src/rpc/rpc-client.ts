import { AppError, RPC, type RpcReply, type RpcRequest } from '@holdfast/contracts';
import { firstValueFrom, lastValueFrom, TimeoutError } from 'rxjs';
import type * as z from 'zod/mini';
import { DEFAULT_DEADLINE_MS, type ResilientClientRedis } from './resilient-client-redis.js';
import type { RpcNameOf } from './rpc.decorators.js';

export interface CallOptions {
  /** Longest wait for the first answer, in ms. */
  readonly timeoutMs?: number;
}

/** Calls the other apps, typed and validated by contracts. */
export class RpcClient {
  constructor(private readonly client: ResilientClientRedis) {}

  /**
   * The first answer of any instance.
   * @throws AppError `unavailable` while Redis is away, `timeout` if nobody answers, `invalid`, or what the handler threw.
   */
  async call<N extends RpcNameOf<'rpc'>>(
    name: N,
    request: RpcRequest<N>,
    { timeoutMs = DEFAULT_DEADLINE_MS }: CallOptions = {},
  ): Promise<RpcReply<N>> {
    const schema: z.ZodMiniType = RPC[name].request;
    const parsed = schema.safeParse(request);
    if (!parsed.success) throw new AppError('invalid', `the request of ${name} is invalid`, { cause: parsed.error });
    const reply = RPC[name].reply.safeParse(await this.#answer(name, parsed.data, timeoutMs));
    if (!reply.success) throw new AppError('internal', `the answer to ${name} is invalid`, { cause: reply.error });
    return reply.data as RpcReply<N>;
  }

  /** Sends a hint to all instances. Never rejects; @returns whether Redis took it. */
  async hint<N extends RpcNameOf<'hint'>>(name: N, request: RpcRequest<N>): Promise<boolean> {
    const parsed = RPC[name].request.safeParse(request);
    if (!parsed.success) return false;
    try {
      return (await lastValueFrom(this.client.emit(name, parsed.data))) === true;
    } catch {
      return false;
    }
  }

  async #answer(name: string, data: unknown, timeoutMs: number): Promise<unknown> {
    try {
      return await firstValueFrom(this.client.send(name, data, timeoutMs));
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (error instanceof TimeoutError)
        throw new AppError('timeout', `nobody answered ${name} in time`, { cause: error });
      throw new AppError('internal', `${name} failed`, { cause: error });
    }
  }
}
