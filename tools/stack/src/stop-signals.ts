const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A second signal within this time is the same wish, passed on by whatever wraps this process. */
const SAME_WISH_MS = 1_000;

/** Signals that ask this process to stop: the first one in good order, any later one at once. */
export interface StopSignals {
  /** Resolves with the first signal. */
  readonly asked: Promise<NodeJS.Signals>;
  /** Resolves with the signal of the next wish. */
  readonly hastened: Promise<NodeJS.Signals>;
}

/**
 * Takes over the signals for the rest of this process's life: a late copy must not end it by Node's own handling while
 * its last handles close.
 * @param copiesOfCtrlC how often one Ctrl-C arrives: twice below npm, since the terminal sends it to the whole group and
 * npm passes its own copy on. On a busy machine the copy was seen to come more than a second late, so copies are counted.
 */
export function catchStopSignals(copiesOfCtrlC: number): StopSignals {
  let ask: (signal: NodeJS.Signals) => void = () => undefined;
  let hasten: (signal: NodeJS.Signals) => void = () => undefined;
  const asked = new Promise<NodeJS.Signals>((resolve) => (ask = resolve));
  const hastened = new Promise<NodeJS.Signals>((resolve) => (hasten = resolve));
  let firstAt: number | undefined;
  let interrupts = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    const isInterrupt = signal === 'SIGINT';
    if (isInterrupt) interrupts += 1;
    if (firstAt === undefined) {
      firstAt = performance.now();
      ask(signal);
      return;
    }
    const isCopy = isInterrupt && interrupts <= copiesOfCtrlC;
    if (!isCopy && performance.now() - firstAt >= SAME_WISH_MS) hasten(signal);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return { asked, hastened };
}
