import type { CommandName } from '@holdfast/contracts';

/** Where a handler keeps the name of its command. */
export const COMMAND_METADATA = 'holdfast:command';

/** The command that `handler` was declared for. */
export function commandOf(handler: object): CommandName | undefined {
  return Reflect.getMetadata(COMMAND_METADATA, handler) as CommandName | undefined;
}
