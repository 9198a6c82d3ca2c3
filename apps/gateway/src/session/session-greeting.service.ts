import { Inject, Injectable } from '@nestjs/common';
import { MIN_PROTOCOL_VERSION, PROTOCOL_VERSION } from '@holdfast/contracts';
import { GATEWAY_SELF, type GatewaySelf } from '../gateway-self.js';
import type { ChatSocket } from './chat-socket.js';
import { Degradation } from './degradation.service.js';

/** The first words to a new session. */
@Injectable()
export class SessionGreeting {
  constructor(
    @Inject(GATEWAY_SELF) private readonly self: GatewaySelf,
    private readonly degradation: Degradation,
  ) {}

  greet(socket: ChatSocket): void {
    const { user, epoch, tenant, expiresAt } = socket.data.session;
    socket.emit('session.ready', {
      protocol: PROTOCOL_VERSION,
      minProtocol: MIN_PROTOCOL_VERSION,
      version: this.self.version,
      instanceId: this.self.instanceId,
      epoch,
      user: { id: user.userId, name: user.name, kind: user.kind },
      tenant,
      serverTime: new Date().toISOString(),
      expiresAt: expiresAt.toISOString(),
      limits: this.self.limits,
    });
    const state = this.degradation.current;
    if (state.degraded) socket.emit('server.degraded', state);
  }
}
