/** A point in time after which a call is given up; `expired` rejects then, and never resolves. */
export class Deadline {
  readonly expired: Promise<never>;
  private readonly stop: () => void;
  private past = false;

  constructor(timeoutMs: number, fault: () => Error) {
    const { promise, reject } = withResolvers();
    this.expired = promise;
    const timer = setTimeout(() => {
      this.past = true;
      reject(fault());
    }, timeoutMs);
    this.stop = () => {
      clearTimeout(timer);
    };
    // Whoever races it handles the rejection; it may also expire when nobody does.
    this.expired.catch(() => undefined);
  }

  get isPast(): boolean {
    return this.past;
  }

  clear(): void {
    this.stop();
  }
}

function withResolvers(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<never>((_resolve, rejectPromise) => {
    reject = rejectPromise;
  });
  return { promise, reject };
}
