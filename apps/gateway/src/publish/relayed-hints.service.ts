import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InstanceRelay, type UserHint } from '@holdfast/scaling';
import { LocalFanOut } from './local-fan-out.service.js';

/** Ways of a hint to a user's sockets: here, and at one other instance. Takes what others send here. */
@Injectable()
export class RelayedHints implements OnApplicationBootstrap {
  readonly ways: { readonly relay: InstanceRelay; readonly local: (hint: UserHint) => void };

  constructor(relay: InstanceRelay, local: LocalFanOut) {
    this.ways = {
      relay,
      local: ({ target, event, payload }) => {
        local.toUser(target, event, payload);
      },
    };
  }

  onApplicationBootstrap(): void {
    this.ways.relay.listen(this.ways.local);
  }
}
