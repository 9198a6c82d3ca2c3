import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { CrowdOrder, CrowdReport } from './crowd-protocol.js';

/** Within which an order is carried out, in ms; a client that waits for ever ends the bench. */
const ORDER_TIMEOUT_MS = 120_000;

/** Clients of `crowd.ts`, in a process of their own. */
export class People {
  private readonly child: ChildProcess = fork(process.argv[1] ?? '', ['crowd'], { execArgv: process.execArgv });

  /** @throws Error with what went wrong, or after two minutes without an answer */
  async tell(order: CrowdOrder): Promise<void> {
    await this.ask(order);
  }

  /** All connect at once. @throws as {@link tell} */
  async connect(order: Omit<Extract<CrowdOrder, { order: 'connect' }>, 'order'>): Promise<CrowdReport> {
    return (await this.ask({ order: 'connect', ...order })) as CrowdReport;
  }

  /** They disconnect and their process ends. */
  leave(): void {
    this.child.disconnect();
  }

  private async ask(order: CrowdOrder): Promise<unknown> {
    this.child.send(order);
    const [answer] = (await once(this.child, 'message', { signal: AbortSignal.timeout(ORDER_TIMEOUT_MS) })) as [
      { failed?: string },
    ];
    if (answer.failed !== undefined) throw new Error(answer.failed);
    return answer;
  }
}
