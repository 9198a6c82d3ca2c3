import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common';
import { SubscribeMessage } from '@nestjs/websockets';
import type { CommandName, CommandReply, CommandRequest } from '@holdfast/contracts';
import type { ChatSocket } from '../session/chat-socket.js';
import { CommandInterceptor } from './command.interceptor.js';
import { COMMAND_METADATA } from './command-of.js';

type CommandMethod<N extends CommandName> = (
  socket: ChatSocket,
  request: CommandRequest<N>,
) => Promise<CommandReply<N>> | CommandReply<N>;

/**
 * Makes a gateway's method the handler of a declared command. It gets a request that satisfies the command's schema and
 * returns the reply, or throws an `AppError`.
 */
export function Command<N extends CommandName>(
  name: N,
): <M extends CommandMethod<N>>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<M>) => void {
  return applyDecorators(
    SubscribeMessage(name),
    SetMetadata(COMMAND_METADATA, name),
    UseInterceptors(CommandInterceptor),
  );
}
