import { metrics } from '@holdfast/observability';
import type { UserTarget } from '../rooms.js';
import { userRef } from './user-ref.js';

/** Somebody who wants to know whether the user came or went. */
export interface Waiter {
  readonly event: 'came' | 'went';
  readonly resolve: (happened: boolean) => void;
}

/** A user whose entry has to be written. */
export interface PendingUser {
  readonly ref: string;
  readonly user: UserTarget;
  readonly waiters: Waiter[];
}

/** Users that wait. Who comes and finds no place is registered by the next round over all users. */
export const MAX_PENDING = 50_000;

/** Tells the waiters what happened; undefined if it is not known. */
export function settle(waiters: Waiter[], happened?: Waiter['event']): void {
  for (const { event, resolve } of waiters.splice(0)) resolve(event === happened);
}

/** The users whose entries have to be written, each once however often it changed. */
export class PendingUsers {
  /** Whether somebody found no place since this was last false. */
  hasRefused = false;
  readonly #users = new Map<string, PendingUser>();

  constructor(private readonly limit: number) {}

  get size(): number {
    return this.#users.size;
  }

  /** False if there is no room. */
  add(user: UserTarget, waiter?: Waiter): boolean {
    const ref = userRef(user);
    const known = this.#users.get(ref);
    if (known === undefined && this.#users.size >= this.limit) {
      this.hasRefused = true;
      return false;
    }
    const pending = known ?? { ref, user, waiters: [] };
    if (waiter !== undefined) pending.waiters.push(waiter);
    this.#users.set(ref, pending);
    this.#measure();
    return true;
  }

  /** Takes the oldest ones out. */
  take(count: number): PendingUser[] {
    const taken: PendingUser[] = [];
    for (const pending of this.#users.values()) {
      if (taken.length >= count) break;
      taken.push(pending);
    }
    for (const { ref } of taken) this.#users.delete(ref);
    this.#measure();
    return taken;
  }

  /** Nobody waits any longer: Redis does not answer. The users stay. */
  release(): void {
    for (const { waiters } of this.#users.values()) settle(waiters);
  }

  #measure(): void {
    metrics.gauge('holdfast_registry_pending').set(this.#users.size);
  }
}
