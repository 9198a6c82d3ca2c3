import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerEvent } from '@holdfast/contracts';
import { createThread, type Principal } from '@holdfast/conversation';
import { GUIDE_AGENT_ID } from '@holdfast/database';
import type { Socket } from 'socket.io-client';
import { connect } from '../lib/connect.js';
import type { World } from '../lib/world.js';
import { Stretch } from './stretch.js';

const ACK_WITHIN_MS = 10_000;
/** An answer that takes longer has not ended. */
const END_WITHIN_MS = 30_000;

interface Question {
  readonly threadId: string;
  readonly askedAt: number;
  readonly stretch: Stretch;
  seen: boolean;
  readonly end: (outcome: string) => void;
}

/** A person who asks the agent again and again, in a thread of its own each time, so that no run waits for another. */
export class Asker {
  private stretch = new Stretch();
  private question: Question | undefined;
  private stopped = false;

  private constructor(
    private readonly world: World,
    private readonly person: Principal,
    private readonly socket: Socket,
  ) {
    const shown = ({ threadId, parts }: ServerEvent<'run.chunk'> | ServerEvent<'run.snapshot'>) => {
      if (parts.length > 0) this.seen(threadId);
    };
    socket.on('run.chunk', shown);
    socket.on('run.snapshot', shown);
    socket.on('events.appended', ({ threadId, events }: ServerEvent<'events.appended'>) => {
      for (const event of events) if (event.type === 'run.ended') this.ended(threadId, event.data.outcome);
    });
  }

  static async open(world: World, person: { subject: string; principal: Principal }, url: string): Promise<Asker> {
    return new Asker(world, person.principal, await connect(url, person.subject));
  }

  /** Counts what is asked from now on into another stretch. */
  begin(stretch: Stretch): void {
    this.stretch = stretch;
  }

  /** Asks, waits for the end of the answer and asks again, until {@link stop}. */
  async run(): Promise<void> {
    while (!this.stopped) {
      await this.ask();
      await delay(500 * Math.random());
    }
  }

  stop(): void {
    this.stopped = true;
  }

  close(): void {
    this.socket.disconnect();
  }

  private async ask(): Promise<void> {
    const { stretch } = this;
    const threadId = randomUUID();
    const thread = { threadId, title: 'A thread', agentId: GUIDE_AGENT_ID, agentMode: 'every', memberIds: [] } as const;
    await createThread(this.world.db, this.person, thread);
    await this.command('thread.open', { threadId, afterSeq: 0 });
    const ended = new Promise<string>((end) => {
      this.question = { threadId, askedAt: performance.now(), stretch, seen: false, end };
    });
    const body = { parts: [{ type: 'text', text: 'What is running right now?' }] };
    await this.command('message.send', { threadId, messages: [{ clientMessageId: randomUUID(), body }] });
    const late = delay(END_WITHIN_MS, 'late', { ref: false });
    if ((await Promise.race([ended, late])) !== 'completed') stretch.unanswered += 1;
    // A socket may have 50 threads open.
    await this.command('thread.close', { threadId });
  }

  /** Without an answer it is the question that stays unanswered. @throws Error if it is refused */
  private async command(name: string, request: object): Promise<void> {
    const answer = (await this.socket
      .timeout(ACK_WITHIN_MS)
      .emitWithAck(name, request)
      .catch(() => undefined)) as { ok: boolean; error?: { code: string } } | undefined;
    if (answer?.ok === false) throw new Error(`${name}: ${answer.error?.code ?? 'refused'}`);
  }

  private seen(threadId: string): void {
    const { question } = this;
    if (question?.threadId !== threadId || question.seen) return;
    question.seen = true;
    question.stretch.firstTokens.add(performance.now() - question.askedAt);
  }

  private ended(threadId: string, outcome: string): void {
    const { question } = this;
    if (question?.threadId !== threadId) return;
    // The end shows the whole answer, if nothing of it was seen before.
    this.seen(threadId);
    question.stretch.ends.add(performance.now() - question.askedAt);
    question.end(outcome);
  }
}
