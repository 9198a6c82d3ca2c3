import { WebSocketGateway } from '@nestjs/websockets';
import { AppError, CHAT_NAMESPACE, type CommandReply, type CommandRequest } from '@holdfast/contracts';
import { RunFollower } from '@holdfast/conversation';
import { Command } from '../command/command.decorator.js';
import { assertOnce } from '../validation/assert-once.js';
import { ThreadSessions } from '../thread/thread-sessions.service.js';
import type { ChatSocket } from './chat-socket.js';
import { SocketOutputs } from './socket-outputs.service.js';

type Resumed = CommandReply<'session.resume'>;

/** Catching up with everything at once after a reconnect. */
@WebSocketGateway({ namespace: CHAT_NAMESPACE })
export class ResumeGateway {
  constructor(
    private readonly runs: RunFollower,
    private readonly threads: ThreadSessions,
    private readonly outputs: SocketOutputs,
  ) {}

  @Command('session.resume')
  async resume(socket: ChatSocket, request: CommandRequest<'session.resume'>): Promise<Resumed> {
    assertOnce(
      'runs',
      request.runs.map(({ runId }) => runId),
    );
    // What waits for clients that do not read must not grow by what others missed.
    if (this.outputs.isFull) throw new AppError('busy', 'too much waits to be sent', { retryAfterMs: 1_000 });
    // Threads first: their rooms are joined when the runs are read, so that no output falls between.
    const threads = await this.threads.open(socket, request.threads);
    const runs = pendingRuns(threads, request) ?? (await this.runs.follow(socket.data.session.user, request.runs));
    return { threads, runs };
  }
}

/** The answer for the runs if Postgres answered for no thread: it would not for them, either, and take as long again. */
function pendingRuns(
  threads: Resumed['threads'],
  { runs }: CommandRequest<'session.resume'>,
): Resumed['runs'] | undefined {
  const waits = threads.flatMap((thread) => (thread.status === 'pending' ? [thread.retryAfterMs] : []));
  if (waits.length === 0 || waits.length < threads.length) return undefined;
  return runs.map(({ runId }) => ({ status: 'pending', runId, retryAfterMs: Math.max(...waits) }));
}
