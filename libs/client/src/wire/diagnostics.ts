import { TraceId } from '@holdfast/contracts';
import { Store, type Readable } from '../support/store.js';

/** What was received and could not be used, since the client was made. */
export interface DiagnosticCounts {
  /** Server events of names that this build does not know. */
  readonly unknownEvents: number;
  /** Log events of types that this build does not know. */
  readonly unknownLogEvents: number;
  readonly malformedEvents: number;
  readonly malformedReplies: number;
}

/** Counts what is ignored, so that tolerance stays visible. */
export class Diagnostics implements Readable<DiagnosticCounts> {
  readonly #counts = new Store<DiagnosticCounts>({
    unknownEvents: 0,
    unknownLogEvents: 0,
    malformedEvents: 0,
    malformedReplies: 0,
  });
  readonly getSnapshot = this.#counts.getSnapshot;
  readonly subscribe = this.#counts.subscribe;

  #traceId: string | null = null;

  /** Names the last answer in the server's logs; null before the first. */
  get lastTraceId(): string | null {
    return this.#traceId;
  }

  /** An answer came; an id that is none is ignored. */
  traced(id: unknown): void {
    const traceId = TraceId.safeParse(id);
    if (traceId.success) this.#traceId = traceId.data;
  }

  count(what: keyof DiagnosticCounts, by = 1): void {
    this.#counts.update((counts) => ({ ...counts, [what]: counts[what] + by }));
  }
}
