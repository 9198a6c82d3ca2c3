import { Injectable } from '@nestjs/common';
import type { PolledThread } from '@holdfast/conversation';
import { metrics } from '@holdfast/observability';
import { ThreadGate } from '@holdfast/scaling';
import { RunRepair } from '../run/run-repair.service.js';
import { Beacons } from './beacons.service.js';
import type { JoinedThread } from './joined-threads.service.js';
import { ThreadMemberships } from './thread-memberships.service.js';

/** Brings the sockets of one thread to where Postgres says the thread is. */
@Injectable()
export class ThreadRepair {
  constructor(
    private readonly gate: ThreadGate,
    private readonly memberships: ThreadMemberships,
    private readonly runs: RunRepair,
    private readonly beacons: Beacons,
  ) {}

  /** `state` is undefined if the thread does not exist. */
  async apply(thread: JoinedThread, state: PolledThread | undefined, epoch: string): Promise<void> {
    if (state === undefined || state.deleted) {
      this.memberships.close(thread);
      return;
    }
    const { threadId, tenantId, memberVersion, head } = state;
    const target = { tenantId, threadId, memberVersion };
    const position = { epoch, head };
    await this.memberships.align(thread, target, position);
    const [socket] = thread.sockets;
    if (socket === undefined) return;
    const delivered = this.gate.track(target, position)?.last ?? head;
    if (delivered < head) metrics.counter('holdfast_poll_repairs_total').inc({ kind: 'events' });
    this.beacons.polled(thread, target, { ...position, delivered });
    await this.runs.check(target, state.runs, socket.data.session.user);
  }
}
