import { Inject, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { AppError, COMMANDS, type CommandName, type ErrorCode, type WireError } from '@holdfast/contracts';
import type { Config } from '@holdfast/config';
import { LOGGER, metrics, newTraceId, runWithContext, type LogContext, type Logger } from '@holdfast/observability';
import { SloRecorder } from '@holdfast/slo-recorder';
import { CONFIG } from '../config.token.js';
import { CommandWindow } from '../health/command-window.js';
import type { ChatSocket } from '../session/chat-socket.js';
import { describeIssues } from '../validation/describe-issues.js';
import { commandOf } from './command-of.js';
import { toWireError } from './to-wire-error.js';
import { within } from './within.js';

/** Longest time until a command is answered, in ms; above the deadline of one database call. */
const COMMAND_TIMEOUT_MS = 5_000;

/** Position of the request among a handler's arguments. */
const REQUEST = 1;

/** Codes that say something about us; every other one is about the request. */
const OUR_FAULTS: ReadonlySet<string> = new Set<ErrorCode | 'ok'>(['internal', 'unavailable', 'busy', 'timeout']);

type Answer = { ok: true } | { ok: false; error: WireError };
type TracedAnswer = Answer & { traceId: string };

/** What every command goes through: checked request, log context, deadline, one error shape, metrics. */
@Injectable()
export class CommandInterceptor implements NestInterceptor {
  private readonly checksReplies: boolean;

  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly window: CommandWindow,
    private readonly recorder: SloRecorder,
    @Inject(CONFIG) config: Config,
  ) {
    this.checksReplies = ['development', 'test'].includes(config.service.environment);
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<TracedAnswer> {
    return from(this.run(context, next));
  }

  private async run(context: ExecutionContext, next: CallHandler): Promise<TracedAnswer> {
    const name = commandOf(context.getHandler());
    if (name === undefined) throw new Error('The interceptor of commands was put on something else.');
    const startedAt = performance.now();
    const args = context.getArgs<[ChatSocket, unknown]>();
    const traceId = newTraceId();
    const answer = await runWithContext({ traceId, ...contextOf(name, args) }, () => this.answer(name, args, next));
    const code = answer.ok ? 'ok' : answer.error.code;
    metrics.counter('holdfast_commands_total').inc({ command: name, code });
    const durationMs = performance.now() - startedAt;
    metrics.histogram('holdfast_command_seconds').observe({ command: name }, durationMs / 1_000);
    const isOurFault = OUR_FAULTS.has(code);
    this.window.record(isOurFault, durationMs);
    if (isOurFault) this.recorder.bad('error-rate');
    else if (code === 'ok') this.recorder.good('error-rate');
    else this.recorder.exclude('error-rate');
    if (!answer.ok) this.logger.debug({ traceId, code, reason: answer.error.message }, 'command refused');
    return { ...answer, traceId };
  }

  private async answer(name: CommandName, args: [ChatSocket, unknown], next: CallHandler): Promise<Answer> {
    try {
      const request = COMMANDS[name].request.safeParse(args[REQUEST]);
      if (!request.success) throw new AppError('invalid', describeIssues(request.error.issues));
      args[REQUEST] = request.data;
      const reply = await within(COMMAND_TIMEOUT_MS, lastValueFrom(next.handle() as Observable<object>));
      if (this.checksReplies) COMMANDS[name].reply.parse(reply);
      return { ok: true, ...reply };
    } catch (error) {
      return { ok: false, error: toWireError(error, this.logger) };
    }
  }
}

function contextOf(name: CommandName, [socket, request]: [ChatSocket, unknown]): Omit<LogContext, 'traceId'> {
  const { user } = socket.data.session;
  const ids = request as { threadId?: unknown; runId?: unknown } | null | undefined;
  return {
    operation: name,
    tenantId: user.tenantId,
    userId: user.userId,
    sessionId: socket.id,
    ...(typeof ids?.threadId === 'string' ? { threadId: ids.threadId.slice(0, 36) } : {}),
    ...(typeof ids?.runId === 'string' ? { runId: ids.runId.slice(0, 36) } : {}),
  };
}
