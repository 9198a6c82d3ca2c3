import type * as z from 'zod/mini';
import type { JsonValue } from '@holdfast/contracts';

export type Json = z.infer<typeof JsonValue>;

/** What identifies one step of a run over all its attempts. */
export interface JournalKey {
  /** Position in the run, from 0. */
  readonly step: number;
  readonly name: string;
  readonly args: Json;
}

/** Remembers results of a run's steps, so that a later attempt gets the recorded result in place of a second call. */
export abstract class Journal {
  /** The recorded result, or that of `work`, recorded before it is returned. */
  abstract once(key: JournalKey, work: () => Promise<Json>): Promise<Json>;
}
