import type { CommandName, CommandRequest } from '@holdfast/contracts';
import type { Reply } from '../wire/schemas.js';

/** Sends commands over whichever session is live; rejects with `AppError('unavailable')` while there is none. */
export type SendCommand = <N extends CommandName>(
  name: N,
  request: CommandRequest<N>,
  timeoutMs?: number,
) => Promise<Reply<N>>;
