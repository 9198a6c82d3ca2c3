import type { ServerEvent, ServerEventName } from '@holdfast/contracts';
import type { ThreadTarget, UserTarget } from '../rooms.js';

/**
 * Tells connected clients what was committed, on every gateway. Best effort: it neither throws nor waits, because
 * clients and gateways find what was lost in Postgres. Only declared fields leave the process.
 */
export abstract class FanOut {
  abstract toThread<N extends ServerEventName>(target: ThreadTarget, event: N, payload: ServerEvent<N>): void;

  abstract toUser<N extends ServerEventName>(target: UserTarget, event: N, payload: ServerEvent<N>): void;
}
