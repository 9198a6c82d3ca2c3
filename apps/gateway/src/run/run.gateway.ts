import { WebSocketGateway } from '@nestjs/websockets';
import { CHAT_NAMESPACE, type CommandReply, type CommandRequest } from '@holdfast/contracts';
import { cancelRun, followRuns, retryRun, type EndedRun } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { RpcClient } from '@holdfast/redis';
import { FanOut } from '@holdfast/scaling';
import { Command } from '../command/command.decorator.js';
import { ThreadPublisher } from '../publish/thread-publisher.service.js';
import type { ChatSocket } from '../session/chat-socket.js';

/** Runs of agents: follow, stop, start again. */
@WebSocketGateway({ namespace: CHAT_NAMESPACE })
export class RunGateway {
  constructor(
    private readonly database: Database,
    private readonly publisher: ThreadPublisher,
    private readonly fanOut: FanOut,
    private readonly rpc: RpcClient,
  ) {}

  @Command('run.follow')
  async follow(socket: ChatSocket, cursor: CommandRequest<'run.follow'>): Promise<CommandReply<'run.follow'>> {
    const answers = await followRuns(this.database, socket.data.session.user, [cursor]);
    const [run = { status: 'denied' as const, runId: cursor.runId }] = answers;
    return { run };
  }

  @Command('run.cancel')
  async cancel(socket: ChatSocket, { runId }: CommandRequest<'run.cancel'>): Promise<CommandReply<'run.cancel'>> {
    const { status, ended, hint } = await cancelRun(this.database, socket.data.session.user, runId);
    if (ended !== undefined) this.publishEnd(ended);
    if (hint) void this.rpc.hint('run.cancel_requested', { runId });
    return { status };
  }

  @Command('run.retry')
  async retry(socket: ChatSocket, request: CommandRequest<'run.retry'>): Promise<CommandReply<'run.retry'>> {
    const { runId, duplicate } = await retryRun(this.database, socket.data.session.user, request);
    this.publisher.ring(runId);
    return { runId, duplicate };
  }

  private publishEnd({ runId, attempt, length, outcome, published, ringRunId }: EndedRun): void {
    const { threadId } = published;
    this.publisher.publish(published);
    this.fanOut.toThread(published, 'run.ended', { threadId, runId, attempt, length, outcome });
    if (ringRunId !== undefined) this.publisher.ring(ringRunId);
  }
}
