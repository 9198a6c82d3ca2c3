/** Prints the start and the end of a step with its duration, and returns what `work` returns. */
export type Step = <T>(title: string, work: () => Promise<T>) => Promise<T>;

/** What `npm start` was asked for; checked by its script. */
export interface LaunchOptions {
  readonly port: number;
  readonly host: string;
  readonly gateways: number;
  readonly workers: number;
  /** Absolute folder of data, secrets and logs. */
  readonly data: string;
  /** Show every log line, not only warnings and errors. */
  readonly verbose: boolean;
  /** How often one Ctrl-C arrives: see `catchStopSignals`. */
  readonly copiesOfCtrlC: number;
  /** `performance.now()` of the start of the script, for the time until ready. */
  readonly startedAt: number;
}
