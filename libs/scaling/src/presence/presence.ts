import { Injectable } from '@nestjs/common';
import { CEILINGS } from '@holdfast/contracts';
import type { ConnectionRegistry } from '../registry/connection-registry.port.js';
import type { UserTarget } from '../rooms.js';

/**
 * Who is connected, as the connection registry tells. It decides nothing: every operation fails soft, and without Redis
 * only those seem to be online who are connected here.
 */
@Injectable()
export class Presence {
  constructor(private readonly connections: ConnectionRegistry) {}

  /** A socket of the user came. @returns whether the user was offline before; false as well if Redis does not tell. */
  connected(user: UserTarget, connectionId: string): Promise<boolean> {
    return this.connections.add(user, connectionId);
  }

  /** A socket of the user went. @returns whether it was the last one; false as well if Redis does not tell. */
  disconnected(user: UserTarget, connectionId: string): Promise<boolean> {
    return this.connections.remove(user, connectionId);
  }

  /** Which of the users are connected anywhere. */
  async online(tenantId: string, userIds: readonly string[]): Promise<string[]> {
    const users = userIds.slice(0, CEILINGS.presenceUsers).map((userId) => ({ tenantId, userId }));
    const located = await this.connections.locate(users);
    return users
      .filter((user, index) => {
        const found = located[index];
        return this.connections.isHere(user) || (found !== undefined && found !== 'unknown' && found.length > 0);
      })
      .map(({ userId }) => userId);
  }

  /** Which of the users are certainly connected nowhere: where Redis does not tell, nobody is taken for absent. */
  async absent(users: readonly UserTarget[]): Promise<UserTarget[]> {
    const located = await this.connections.locate(users);
    return users.filter((user, index) => {
      const found = located[index];
      return !this.connections.isHere(user) && found !== undefined && found !== 'unknown' && found.length === 0;
    });
  }
}
