import type { UserTarget } from '../rooms.js';

/** Connections of one user at one instance. */
export interface Location {
  readonly instanceId: string;
  readonly connectionIds: readonly string[];
}

/**
 * Which connections of which user live where. It decides nothing that matters: what it gets wrong costs a hint, or shows
 * somebody as online for some seconds.
 */
export abstract class ConnectionRegistry {
  /** A connection of the user came. @returns whether the user was offline before; false as well if Redis does not tell. */
  abstract add(user: UserTarget, connectionId: string): Promise<boolean>;

  /** A connection of the user went. @returns whether it was the last one; false as well if Redis does not tell. */
  abstract remove(user: UserTarget, connectionId: string): Promise<boolean>;

  /** Whether a connection of the user is at this instance. */
  abstract isHere(user: UserTarget): boolean;

  /**
   * Whether everybody has had the time to register: not so while Redis is away, and for some seconds after it came back
   * or this instance joined. Until then nobody should be taken for absent.
   */
  abstract get isSettled(): boolean;

  /** Where each of the users is connected, in the same order; `unknown` where Redis does not tell. */
  abstract locate(users: readonly UserTarget[]): Promise<(readonly Location[] | 'unknown')[]>;
}
