import { Injectable } from '@nestjs/common';
import { RunFollower } from '@holdfast/conversation';
import { metrics } from '@holdfast/observability';
import type { ChatSocket } from './chat-socket.js';
import { SocketOutput } from './socket-output.js';

/** Bytes that wait for all clients together, above which nobody is given a catch-up. */
const MAX_TOTAL_BYTES = 256 * 1_048_576;

/** Bounds what waits for clients: for each of them, and for all together. */
@Injectable()
export class SocketOutputs {
  private readonly outputs = new WeakMap<ChatSocket, SocketOutput>();
  private readonly catchingUp = new WeakSet<ChatSocket>();
  private total = 0;

  constructor(private readonly runs: RunFollower) {}

  /** Bytes that waited for all clients at the last look. */
  get bytes(): number {
    return this.total;
  }

  /** Whether so much waits already that a client had better ask later for what it missed. */
  get isFull(): boolean {
    return this.total > MAX_TOTAL_BYTES;
  }

  watch(socket: ChatSocket): void {
    this.outputs.set(socket, new SocketOutput(socket));
  }

  /** Looks at all sockets: gives those that read again what they missed, and adds up what waits. */
  look(sockets: Iterable<ChatSocket>): void {
    let total = 0;
    for (const socket of sockets) {
      const output = this.outputs.get(socket);
      if (output === undefined) continue;
      total += output.bytes;
      const runIds = output.due();
      if (runIds !== undefined && !this.catchingUp.has(socket)) void this.catchUp(socket, output, runIds);
    }
    this.total = total;
    metrics.gauge('holdfast_outbound_bytes').set(total);
  }

  /** Never rejects: what stays due is tried again at the next look. */
  private async catchUp(socket: ChatSocket, output: SocketOutput, runIds: readonly string[]): Promise<void> {
    this.catchingUp.add(socket);
    try {
      const cursors = runIds.map((runId) => ({ runId, attempt: 0, off: 0 }));
      output.catchUp(await this.runs.follow(socket.data.session.user, cursors));
    } catch {
      metrics.counter('holdfast_slow_transitions_total').inc({ kind: 'catch_up_failed' });
    } finally {
      this.catchingUp.delete(socket);
    }
  }
}
