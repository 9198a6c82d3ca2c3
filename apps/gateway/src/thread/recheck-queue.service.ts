import { Injectable } from '@nestjs/common';

/** Threads to be looked at before the next regular poll. */
@Injectable()
export class RecheckQueue {
  private readonly waiting = new Set<string>();

  /** Called when something waits. */
  onRequest: () => void = () => undefined;

  request(threadId: string): void {
    this.waiting.add(threadId);
    this.onRequest();
  }

  /** Everything that waits, which then waits no longer. */
  take(): string[] {
    const ids = [...this.waiting];
    this.waiting.clear();
    return ids;
  }
}
