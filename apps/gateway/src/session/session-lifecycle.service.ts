import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '@holdfast/config';
import { userRoom } from '@holdfast/scaling';
import { CONFIG } from '../config.token.js';
import { admitFullFrames } from '../edge/frame-limits.js';
import { PresenceNotifier } from '../presence/presence-notifier.service.js';
import { JoinedThreads } from '../thread/joined-threads.service.js';
import type { ChatSocket } from './chat-socket.js';
import { LiveSessions } from './live-sessions.service.js';

/** What begins and ends together with a session. */
@Injectable()
export class SessionLifecycle {
  constructor(
    private readonly sessions: LiveSessions,
    private readonly threads: JoinedThreads,
    private readonly presence: PresenceNotifier,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  begin(socket: ChatSocket): void {
    admitFullFrames(socket.conn, this.config.limits);
    this.sessions.add(socket);
    void socket.join(userRoom(socket.data.session.user));
    this.presence.connected(socket);
  }

  /** @param reason Socket.IO's, of the end of the connection */
  end(socket: ChatSocket, reason = 'transport close'): void {
    this.presence.disconnected(socket);
    this.threads.leaveAll(socket);
    this.sessions.remove(socket, reason);
    // A client may leave the namespace only; without a session the connection has no use.
    socket.conn.close();
  }
}
