import type { ServerEvent } from '@holdfast/contracts';
import type { ThreadTarget } from '../rooms.js';

export type Appended = ServerEvent<'events.appended'>;

/** Hands events to the sockets of this process that are in the target's room. */
export type Deliver = (target: ThreadTarget, payload: Appended) => void;

/** What stands between the hints that arrive and the sockets of this process; the adapter feeds it. */
export abstract class BroadcastGate {
  /** Tells where deliveries go. */
  abstract attach(deliver: Deliver): void;

  /** The first socket of this process joined the room. */
  abstract opened(target: ThreadTarget): void;

  /** The last socket of this process left the room. */
  abstract closed(target: ThreadTarget): void;

  /** A hint arrived, from this process or another. */
  abstract receive(target: ThreadTarget, payload: Appended): void;

  /** Something was sent to a room of the thread that no socket of this process is in. */
  abstract overheard(target: ThreadTarget): void;

  /** Any other event of a thread passes on its way to the sockets of this process. */
  abstract passed(target: ThreadTarget, event: string, payload: unknown): void;
}
