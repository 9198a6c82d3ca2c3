import { LRUCache } from 'lru-cache';
import { metrics } from '@holdfast/observability';
import type { ConnectionRegistry, Location } from '../registry/connection-registry.port.js';
import { userRef } from '../registry/user-ref.js';
import type { InstanceRelay } from './instance-relay.js';
import type { UserHint } from './user-hint.js';

export interface UserRouterOptions {
  readonly registry: ConnectionRegistry;
  readonly relay: InstanceRelay;
  /** Reaches the sockets of every instance, this one included. */
  readonly broadcast: (hint: UserHint) => void;
  /** Reaches the sockets of this instance; absent where there are none. */
  readonly local?: (hint: UserHint) => void;
}

/** Hints that wait for an answer of the registry; what is beyond is broadcast. */
const MAX_WAITING = 20_000;
const BATCH = 500;
/** How long an answer counts. "Nowhere" is never kept: the next hint may meet somebody who has just connected. */
const CACHE = { max: 20_000, ttl: 1_000 } as const;

/**
 * Decides how a hint travels to one user's connections.
 *
 * | the registry | way |
 * | --- | --- |
 * | names instances | to those only |
 * | is away, does not answer, or has not settled since it was | to all |
 * | names nobody | nowhere: the log and the inbox have it when the user returns |
 */
export class UserRouter {
  readonly #known = new LRUCache<string, readonly Location[]>(CACHE);
  #waiting: UserHint[] = [];
  #routing = false;

  constructor(private readonly options: UserRouterOptions) {}

  /** Neither throws nor waits. */
  route(hint: UserHint): void {
    if (!this.options.registry.isSettled || this.#waiting.length >= MAX_WAITING) {
      this.#broadcast(hint);
      return;
    }
    this.#waiting.push(hint);
    if (this.#routing) return;
    this.#routing = true;
    // What is told in one go shares one question.
    setImmediate(() => void this.#routeAll());
  }

  async #routeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      await this.#routeSome(batch).catch(() => {
        for (const hint of batch) this.#broadcast(hint);
      });
    }
    this.#routing = false;
  }

  async #routeSome(batch: readonly UserHint[]): Promise<void> {
    const located = await this.#locate(batch);
    const { registry, relay, local } = this.options;
    const remote = new Map<string, UserHint[]>();
    for (const hint of batch) {
      const found = located.get(userRef(hint.target));
      if (found === undefined) {
        this.#broadcast(hint);
        continue;
      }
      const isHere = registry.isHere(hint.target);
      const elsewhere = found.filter(({ instanceId }) => instanceId !== relay.instanceId);
      count(isHere || elsewhere.length > 0 ? 'direct' : 'none');
      if (isHere) local?.(hint);
      for (const { instanceId } of elsewhere) remote.set(instanceId, [...(remote.get(instanceId) ?? []), hint]);
    }
    for (const [instanceId, hints] of remote) relay.send(instanceId, hints);
  }

  /** Where the users are; who is missing in it is not known. */
  async #locate(batch: readonly UserHint[]): Promise<Map<string, readonly Location[]>> {
    const located = new Map<string, readonly Location[]>();
    const asked = new Map<string, UserHint['target']>();
    for (const { target } of batch) {
      const ref = userRef(target);
      const known = this.#known.get(ref);
      if (known === undefined) asked.set(ref, target);
      else located.set(ref, known);
    }
    const answers = await this.options.registry.locate([...asked.values()]);
    for (const [index, ref] of [...asked.keys()].entries()) {
      const answer = answers[index];
      if (answer === undefined || answer === 'unknown') continue;
      located.set(ref, answer);
      if (answer.length > 0) this.#known.set(ref, answer);
    }
    return located;
  }

  #broadcast(hint: UserHint): void {
    count('broadcast');
    this.options.broadcast(hint);
  }
}

function count(route: 'direct' | 'broadcast' | 'none'): void {
  metrics.counter('holdfast_routes_total').inc({ route });
}
