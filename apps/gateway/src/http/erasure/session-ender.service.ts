import { Inject, Injectable } from '@nestjs/common';
import { CHAT_NAMESPACE, CLOSE_CODES } from '@holdfast/contracts';
import { LOGGER, type Logger } from '@holdfast/observability';
import { RpcClient } from '@holdfast/redis';
import { FanOut, userRoom, type UserTarget } from '@holdfast/scaling';
import { SocketServer } from '../../publish/socket-server.service.js';

/** Ends every socket of an erased person, on every gateway that can be told; the others find out when they authorise. */
@Injectable()
export class SessionEnder {
  constructor(
    private readonly fanOut: FanOut,
    private readonly server: SocketServer,
    private readonly rpc: RpcClient,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  end(target: UserTarget): void {
    void this.rpc.hint('user.erased', { userId: target.userId });
    const { mayReconnect } = CLOSE_CODES.erased;
    this.fanOut.toUser(target, 'session.closing', { code: 'erased', mayReconnect });
    try {
      this.server.of(CHAT_NAMESPACE).in(userRoom(target)).disconnectSockets(true);
    } catch (err) {
      this.logger.warn({ err, userId: target.userId }, 'sockets of an erased user not ended');
    }
  }
}
