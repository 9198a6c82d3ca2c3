import { Injectable } from '@nestjs/common';
import { Database } from '@holdfast/database';

/** How long one answer serves every handshake, in ms: thousands may come back at once. */
const FRESH_MS = 1_000;

/** The identity of the Postgres history that answers now. */
@Injectable()
export class EpochReader {
  private asked: Promise<string> | undefined;
  private askedAt = -Infinity;

  constructor(private readonly database: Database) {}

  /** @throws AppError `unavailable` if Postgres does not answer. */
  current(): Promise<string> {
    if (this.asked === undefined || performance.now() - this.askedAt > FRESH_MS) {
      this.askedAt = performance.now();
      const asked = this.database.epoch();
      asked.catch(() => {
        if (this.asked === asked) this.asked = undefined;
      });
      this.asked = asked;
    }
    return this.asked;
  }
}
