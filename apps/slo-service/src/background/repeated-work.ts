/** How long a stop waits for the work at hand, in ms. */
const STOP_MS = 1_000;

export interface RepeatedWorkOptions {
  /** From one beginning to the next, in ms, give or take a twentieth: replicas do not all work at the same moment. */
  readonly everyMs: number;
  /** Until the first beginning, in ms; by default as between two. */
  readonly firstMs?: number;
  readonly work: () => Promise<unknown>;
  /** Hears why the work failed; it is done again the next time. */
  readonly failed: (error: unknown) => void;
}

/** Does the same work again and again in the background, never twice at a time. */
export class RepeatedWork {
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<void> | undefined;
  private isStopped = false;

  constructor(private readonly options: RepeatedWorkOptions) {}

  start(): this {
    const { everyMs, firstMs = everyMs } = this.options;
    this.next(firstMs);
    return this;
  }

  /** Begins no more. Resolves once the work at hand has ended, or a second later: whoever works has deadlines, too. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    if (this.current === undefined) return;
    let end: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (end = setTimeout(resolve, STOP_MS)));
    await Promise.race([this.current, late]);
    clearTimeout(end);
  }

  private next(ms: number): void {
    if (this.isStopped) return;
    const begin = (): void => {
      this.current = this.once();
    };
    this.timer = setTimeout(begin, ms * (0.95 + Math.random() / 10)).unref();
  }

  private async once(): Promise<void> {
    const began = performance.now();
    try {
      await this.options.work();
    } catch (error) {
      this.options.failed(error);
    }
    this.current = undefined;
    this.next(Math.max(0, this.options.everyMs - (performance.now() - began)));
  }
}
