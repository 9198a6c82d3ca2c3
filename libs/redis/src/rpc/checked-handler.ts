import { AppError, RPC, type RpcName } from '@holdfast/contracts';
import { runWithContext } from '@holdfast/observability';
import type { MessageHandler } from '@nestjs/microservices';
import { EMPTY, isObservable, map, of, throwError, type Observable } from 'rxjs';
import type * as z from 'zod/mini';
import { ignorePacket } from './rpc-packet.js';

interface ContextArgs {
  getArgs?: () => readonly unknown[];
}

/** The trace id that travelled with the packet. */
function traceOf(context: ContextArgs | undefined): { traceId?: string } {
  const metadata = context?.getArgs?.()[1];
  if (typeof metadata !== 'object' || metadata === null || !('traceId' in metadata)) return {};
  return typeof metadata.traceId === 'string' ? { traceId: metadata.traceId } : {};
}

function refused(name: RpcName, problem: string): Observable<never> {
  if (RPC[name].kind === 'rpc') return throwError(() => new AppError('invalid', problem).toWire());
  ignorePacket();
  return EMPTY;
}

/** Wraps the handler of `name`: it sees valid requests only, and only declared fields of its reply are sent. */
export function checkedHandler(name: RpcName, handler: MessageHandler): MessageHandler {
  const request: z.ZodMiniType = RPC[name].request;
  const reply: z.ZodMiniType = RPC[name].reply;
  const checked = async (data: unknown, context?: ContextArgs): Promise<Observable<unknown>> => {
    const parsed = request.safeParse(data);
    if (!parsed.success) return refused(name, parsed.error.issues.map(({ message }) => message).join(', '));
    const result: unknown = await runWithContext({ ...traceOf(context), operation: name }, () =>
      handler(parsed.data, context),
    );
    const answers = isObservable(result) ? result : of(result);
    return RPC[name].kind === 'hint' ? answers : answers.pipe(map((answer) => reply.parse(answer)));
  };
  return checked;
}
