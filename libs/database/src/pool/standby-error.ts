import { AppError } from '@holdfast/contracts';

/** The server only follows another one: nothing can be written there. */
export class StandbyError extends AppError {
  constructor() {
    super('unavailable', 'The database is a standby.', { retryAfterMs: 500 });
  }
}
