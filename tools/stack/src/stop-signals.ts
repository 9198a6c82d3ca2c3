const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * A terminal sends Ctrl-C to the whole group and npm passes its own copy on, so one wish arrives twice within
 * milliseconds, on a busy machine within some hundred. Somebody impatient presses again.
 */
const SAME_WISH_MS = 1_000;

/** Signals that ask this process to stop: the first one in good order, any later one at once. */
export interface StopSignals {
  /** Resolves with the first signal. */
  readonly asked: Promise<NodeJS.Signals>;
  /** Resolves with the second one. */
  readonly hastened: Promise<NodeJS.Signals>;
  /** Gives the signals back to Node's own handling. */
  release(): void;
}

/** Takes over the signals until `release`. */
export function catchStopSignals(): StopSignals {
  const resolvers: ((signal: NodeJS.Signals) => void)[] = [];
  const next = () =>
    new Promise<NodeJS.Signals>((resolve) => {
      resolvers.push(resolve);
    });
  const asked = next();
  const hastened = next();
  let lastAt = -Infinity;
  const onSignal = (signal: NodeJS.Signals) => {
    const now = performance.now();
    if (now - lastAt < SAME_WISH_MS) return;
    lastAt = now;
    resolvers.shift()?.(signal);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    asked,
    hastened,
    release: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
