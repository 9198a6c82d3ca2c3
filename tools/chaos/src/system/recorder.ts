import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import type { Entry } from '../history/entry.js';

type WithoutNumber<E> = E extends unknown ? Omit<E, 'i' | 'at'> : never;

/** An entry before it has its place in the history. */
export type Draft = WithoutNumber<Entry>;

/** Writes the history: entries in the order in which they are recorded, on one clock. */
export class Recorder {
  private readonly startedAt = performance.now();
  private readonly stream: WriteStream;
  private count = 0;
  private operations = 0;
  private failure: Error | undefined;

  constructor(readonly file: string) {
    this.stream = createWriteStream(file);
    this.stream.on('error', (error) => {
      this.failure = error;
    });
  }

  /** Milliseconds since the start. */
  now(): number {
    return Math.round((performance.now() - this.startedAt) * 10) / 10;
  }

  record(draft: Draft): void {
    const entry = { i: this.count++, at: this.now(), ...draft };
    this.stream.write(`${JSON.stringify(entry)}\n`);
  }

  /** The number of the next operation. */
  nextOperation(): number {
    return this.operations++;
  }

  get entries(): number {
    return this.count;
  }

  /** @throws what the file system said, if the history is not complete */
  async close(): Promise<void> {
    this.stream.end();
    if (this.failure === undefined) await once(this.stream, 'close');
    if (this.failure !== undefined) throw this.failure;
  }
}
