import type { Span } from '../series/count-series.js';
import { MINUTE } from '../time.js';

/** What is known of one epoch of one source. All times are the service's own, ms since the Unix epoch. */
export interface EpochLedger {
  readonly firstAt: number;
  readonly lastAt: number;
  readonly maxSeq: number;
  /** The `seq` with which it ended, or null: it lives, or has died without a word. */
  readonly finalSeq: number | null;
}

/** What two replicas know together; idempotent, commutative, associative. */
export function mergeLedgers(a: EpochLedger, b: EpochLedger): EpochLedger {
  return {
    firstAt: Math.min(a.firstAt, b.firstAt),
    lastAt: Math.max(a.lastAt, b.lastAt),
    maxSeq: Math.max(a.maxSeq, b.maxSeq),
    finalSeq:
      a.finalSeq === null || b.finalSeq === null ? (a.finalSeq ?? b.finalSeq) : Math.min(a.finalSeq, b.finalSeq),
  };
}

/** Silence of a living producer, in ms, that is not worth a word. */
const GRACE_MS = MINUTE;
/** A producer that died without a word is missed for so long, in ms; then whatever followed it counts. */
const MISSED_MS = 10 * MINUTE;

/**
 * The part, 0 to 1, of the producers' time within the span about which their reports are known.
 *
 * An epoch is known from its first to its last report. If it ended without saying so, what followed its last report is
 * unknown, up to 10 min: it may have counted something, died, or be cut off from us. No producer at all: 0.
 */
export function coverageOf(epochs: Iterable<EpochLedger>, span: Span): number {
  let known = 0;
  let unknown = 0;
  for (const { firstAt, lastAt, finalSeq } of epochs) {
    const isSilent = finalSeq === null && span.to - lastAt > GRACE_MS;
    // Who is within the grace is known up to now; a single report is an instant, and still known.
    const knownTo = finalSeq === null && !isSilent ? Math.max(lastAt, span.to) : lastAt;
    known += overlap(span, { from: firstAt, to: knownTo });
    if (isSilent) unknown += overlap(span, { from: lastAt, to: lastAt + MISSED_MS });
  }
  return known === 0 ? 0 : known / (known + unknown);
}

function overlap(a: Span, b: Span): number {
  return Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from));
}
