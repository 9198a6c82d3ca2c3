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

/** Users that wait. Who comes beyond takes the next place that is free; who goes beyond is found by the lease's index. */
export const MAX_PENDING = 50_000;

/** Tells the waiters what happened; undefined if it is not known. */
export function settle(waiters: Waiter[], happened?: Waiter['event']): void {
  for (const { event, resolve } of waiters.splice(0)) resolve(event === happened);
}

/**
 * The users whose entries have to be written, each once however often it changed. Those that are here and found no place
 * are remembered, as they are held in memory anyway; those that went are not.
 */
export class PendingUsers {
  /** Whether somebody who is not here found no place since this was last false. */
  hasRefused = false;
  readonly #users = new Map<string, PendingUser>();
  readonly #refused = new Map<string, UserTarget>();

  constructor(
    private readonly limit: number,
    private readonly isHere: (ref: string) => boolean,
  ) {}

  /** Those that have a place; if nobody has, nobody who is here was left without one. */
  get size(): number {
    return this.#users.size;
  }

  /** False if there is no room: then nobody is told what happened, but the entry will be written nevertheless. */
  add(user: UserTarget, waiter?: Waiter): boolean {
    const ref = userRef(user);
    const known = this.#users.get(ref);
    if (known === undefined && this.#users.size >= this.limit) {
      this.#refuse(ref, user);
      return false;
    }
    this.#refused.delete(ref);
    const pending = known ?? { ref, user, waiters: [] };
    if (waiter !== undefined) pending.waiters.push(waiter);
    this.#users.set(ref, pending);
    this.#measure();
    return true;
  }

  /** Takes the oldest ones out; those that found no place move up into theirs. */
  take(count: number): PendingUser[] {
    const taken: PendingUser[] = [];
    for (const pending of this.#users.values()) {
      if (taken.length >= count) break;
      taken.push(pending);
    }
    for (const { ref } of taken) this.#users.delete(ref);
    for (const user of this.#refused.values()) if (!this.add(user)) break;
    this.#measure();
    return taken;
  }

  /** Nobody waits any longer: Redis does not answer. The users stay. */
  release(): void {
    for (const { waiters } of this.#users.values()) settle(waiters);
  }

  #refuse(ref: string, user: UserTarget): void {
    if (this.isHere(ref)) {
      this.#refused.set(ref, user);
      return;
    }
    this.#refused.delete(ref);
    this.hasRefused = true;
  }

  #measure(): void {
    metrics.gauge('holdfast_registry_pending').set(this.#users.size + this.#refused.size);
  }
}
