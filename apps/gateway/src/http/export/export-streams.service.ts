import { addAbortSignal, Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '@holdfast/config';
import { AppError } from '@holdfast/contracts';
import type { ThreadExportStream } from '@holdfast/conversation';
import { CONFIG } from '../../config.token.js';
import { exportJson } from './export-json.js';

/** Exports at once: each holds a page of the log for as long as its reader takes. */
const MAX_OPEN = 16;
const MAX_PER_USER = 2;
/** An export may take this many times the deadline of a request. */
const DEADLINES = 12;
const RETRY_AFTER_MS = 2_000;

/** Streams exports, a bounded number at once and each within a deadline, past which the connection is cut. */
@Injectable()
export class ExportStreams {
  private readonly perUser = new Map<string, number>();
  private total = 0;

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** @throws AppError `busy` if too many are open; else what `load` throws. */
  async open(userId: string, load: () => Promise<ThreadExportStream>): Promise<Readable> {
    if (this.total >= MAX_OPEN || this.of(userId) >= MAX_PER_USER) {
      throw new AppError('busy', 'too many exports at once', { retryAfterMs: RETRY_AFTER_MS });
    }
    this.count(userId, 1);
    try {
      const stream = Readable.from(exportJson(await load()), { objectMode: false });
      stream.once('close', () => {
        this.count(userId, -1);
      });
      return addAbortSignal(AbortSignal.timeout(this.config.gateway.requestTimeoutMs * DEADLINES), stream);
    } catch (error) {
      this.count(userId, -1);
      throw error;
    }
  }

  private of(userId: string): number {
    return this.perUser.get(userId) ?? 0;
  }

  private count(userId: string, change: 1 | -1): void {
    this.total += change;
    const left = this.of(userId) + change;
    if (left === 0) this.perUser.delete(userId);
    else this.perUser.set(userId, left);
  }
}
