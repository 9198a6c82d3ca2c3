import { WebSocketGateway } from '@nestjs/websockets';
import { CHAT_NAMESPACE, type CommandReply } from '@holdfast/contracts';
import { SystemStatusReader } from '@holdfast/scaling';
import { Command } from '../command/command.decorator.js';

/** The running system, as anybody who is logged in may see it. */
@WebSocketGateway({ namespace: CHAT_NAMESPACE })
export class SystemGateway {
  constructor(private readonly reader: SystemStatusReader) {}

  @Command('system.status')
  status(): Promise<CommandReply<'system.status'>> {
    return this.reader.read();
  }
}
