/**
 * Decides what a boundary does about a fault. It lives outside React, since a remount wipes a component's memory.
 *
 *   fails ──▶ retry after a wait ──▶ works for 30 s ──▶ as new
 *     │            └──fails──▶ longer wait ──▶ … none left ──▶ waits for a person
 *     ├── same fault 3 times in a minute ──▶ quarantine: waits for a person, whatever the wait
 *     ├── a fault of the program (TypeError …) ──▶ waits for a changed reset key or a person
 *     └── 3 failures of a thread or of the chat in 5 minutes ──▶ the next level's
 */
import { fingerprint, isDeterministic, systemClock, type Clock } from '@holdfast/client';
import { LADDER, LEVELS, type Level } from './levels.js';

export type Decision =
  | { readonly action: 'retry'; readonly afterMs: number }
  /** `quarantined`: it failed too often to be tried without being asked. */
  | { readonly action: 'wait'; readonly quarantined: boolean }
  | { readonly action: 'escalate'; readonly to: Level };

export interface Failure {
  readonly level: Level;
  /** What failed: a message id, a thread id; the same value for the same thing. */
  readonly scope: string;
  /** The thread that a message belongs to. */
  readonly threadId?: string;
  readonly error: unknown;
}

interface Scope {
  failures: number[];
  tries: number;
  quarantined: boolean;
  readonly threadId: string | undefined;
}

export class Ladder {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #scopes = new Map<string, Scope>();
  readonly #faults = new Map<string, number[]>();
  #retries: number[] = [];
  readonly #listeners = new Set<() => void>();

  constructor(clock: Clock = systemClock, random: () => number = Math.random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Takes note of a failure and says what follows. */
  failed({ level, scope, threadId, error }: Failure): Decision {
    const now = this.#clock.now();
    const entry = this.#scope(level, scope, threadId);
    const last = entry.failures.at(-1);
    if (last !== undefined && now - last >= LADDER.healthyMs) entry.tries = 0;
    entry.failures.push(now);

    const { retriesMs, escalation } = LEVELS[level];
    if (escalation !== null) {
      entry.failures = recent(entry.failures, now, escalation.windowMs);
      if (entry.failures.length >= escalation.failures) {
        entry.failures = [];
        entry.tries = 0;
        return { action: 'escalate', to: escalation.to };
      }
    } else {
      entry.failures = entry.failures.slice(-LADDER.quarantine.failures);
    }
    if (this.#isRepeated(`${scope}:${fingerprint(error, level)}`, now)) {
      entry.quarantined = true;
      this.#tell();
      return { action: 'wait', quarantined: true };
    }
    const wait = retriesMs[entry.tries];
    if (wait === undefined || isDeterministic(error)) {
      entry.quarantined = level === 'message';
      this.#tell();
      return { action: 'wait', quarantined: entry.quarantined };
    }
    this.#retries = recent(this.#retries, now, LADDER.budget.windowMs);
    if (this.#retries.length >= LADDER.budget.retries) return { action: 'wait', quarantined: false };
    this.#retries.push(now);
    entry.tries += 1;
    return { action: 'retry', afterMs: Math.round(wait * (1 - LADDER.jitter + 2 * LADDER.jitter * this.#random())) };
  }

  /** A person asked for another try, or what failed has changed. */
  released(level: Level, scope: string): void {
    const entry = this.#scopes.get(keyOf(level, scope));
    if (entry?.quarantined !== true) return;
    entry.quarantined = false;
    entry.tries = 0;
    this.#tell();
  }

  /** True if so many messages of a thread fail that it is drawn as plain text. `shown` = rows on the screen. */
  isPlain(threadId: string, shown: number): boolean {
    const count = [...this.#scopes.values()].filter((entry) => entry.quarantined && entry.threadId === threadId).length;
    return count >= LADDER.plainThread.messages || (count > 1 && count >= shown * LADDER.plainThread.share);
  }

  /** Calls back when the answer of {@link Ladder.isPlain} may have changed. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #scope(level: Level, scope: string, threadId: string | undefined): Scope {
    const key = keyOf(level, scope);
    const entry = this.#scopes.get(key) ?? { failures: [], tries: 0, quarantined: false, threadId };
    this.#scopes.delete(key);
    this.#scopes.set(key, entry);
    bound(this.#scopes);
    return entry;
  }

  #isRepeated(key: string, now: number): boolean {
    const times = [...recent(this.#faults.get(key) ?? [], now, LADDER.quarantine.windowMs), now];
    this.#faults.delete(key);
    this.#faults.set(key, times);
    bound(this.#faults);
    return times.length >= LADDER.quarantine.failures;
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

function keyOf(level: Level, scope: string): string {
  return `${level}:${scope}`;
}

function recent(times: readonly number[], now: number, windowMs: number): number[] {
  return times.filter((at) => now - at < windowMs);
}

/** Forgets the oldest beyond the bound. */
function bound(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= LADDER.maxRemembered) return;
    map.delete(key);
  }
}
