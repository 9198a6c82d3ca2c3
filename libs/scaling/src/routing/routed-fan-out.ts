import type { ServerEvent, ServerEventName } from '@holdfast/contracts';
import type { Logger } from '@holdfast/observability';
import { checkedPayload } from '../fan-out/checked-payload.js';
import { FanOut } from '../fan-out/fan-out.port.js';
import type { ThreadTarget, UserTarget } from '../rooms.js';
import { UserRouter, type UserRouterOptions } from './user-router.js';

export interface RoutedFanOutOptions extends Omit<UserRouterOptions, 'broadcast'> {
  /** Carries what is for threads, and what is for users when the registry cannot be asked. */
  readonly inner: FanOut;
  readonly logger: Logger;
}

/** Rare, and too grave to depend on a registry that may be a moment behind. */
const FOR_ALL: ReadonlySet<ServerEventName> = new Set<ServerEventName>(['session.closing']);

/** A fan-out that sends what is for one user only to the instances where that user is connected. */
export class RoutedFanOut extends FanOut {
  readonly #router: UserRouter;

  constructor(private readonly options: RoutedFanOutOptions) {
    super();
    this.#router = new UserRouter({
      ...options,
      broadcast: ({ target, event, payload }) => {
        options.inner.toUser(target, event, payload);
      },
    });
  }

  override toThread<N extends ServerEventName>(target: ThreadTarget, event: N, payload: ServerEvent<N>): void {
    this.options.inner.toThread(target, event, payload);
  }

  override toUser<N extends ServerEventName>(target: UserTarget, event: N, payload: ServerEvent<N>): void {
    if (FOR_ALL.has(event)) {
      this.options.inner.toUser(target, event, payload);
      return;
    }
    const checked = checkedPayload(this.options.logger, event, payload);
    if (checked === undefined) return;
    const { tenantId, userId } = target;
    this.#router.route({ target: { tenantId, userId }, event, payload: checked });
  }
}
