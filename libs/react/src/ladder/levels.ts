/** The boundaries, from the smallest to the whole page. */
export type Level = 'message' | 'thread' | 'chat' | 'app';

interface LevelPolicy {
  /** Waits before automatic tries, ms; none left = a person decides. */
  readonly retriesMs: readonly number[];
  /** So many failures within the window are the next level's. */
  readonly escalation: { readonly to: Level; readonly failures: number; readonly windowMs: number } | null;
}

const MINUTE_MS = 60_000;

export const LEVELS: Readonly<Record<Level, LevelPolicy>> = {
  // Messages do not escalate by themselves: the thread is drawn plainly when too many of them fail.
  message: { retriesMs: [500, 2_000], escalation: null },
  thread: { retriesMs: [1_000, 4_000], escalation: { to: 'chat', failures: 3, windowMs: 5 * MINUTE_MS } },
  chat: { retriesMs: [2_000, 8_000], escalation: { to: 'app', failures: 3, windowMs: 5 * MINUTE_MS } },
  app: { retriesMs: [], escalation: null },
};

export const LADDER = {
  /** Part of a wait by which it varies, either way. */
  jitter: 0.5,
  /** The same fault so often within the window is left alone until a person asks. */
  quarantine: { failures: 3, windowMs: MINUTE_MS },
  /** A thread with this many, or this share, of its shown messages in quarantine is drawn as plain text. */
  plainThread: { messages: 5, share: 0.3 },
  /** Automatic tries of the whole page. */
  budget: { retries: 10, windowMs: MINUTE_MS },
  /** What worked for this long begins anew with its tries. */
  healthyMs: 30_000,
  /** Most scopes and faults that are remembered. */
  maxRemembered: 500,
} as const;
