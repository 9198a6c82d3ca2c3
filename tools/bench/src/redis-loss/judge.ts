import { report, verdict } from '../lib/report.js';
import type { Claims } from './claims.js';
import type { Stretch } from './stretch.js';

const MAX_DELIVERY_MS = 2_000;
/** Longest time from the return of Redis until messages and runs are back on the fast path. */
export const MAX_RETURN_MS = 5_000;

interface Findings {
  readonly stretches: Readonly<Record<'before' | 'during' | 'after', Stretch>>;
  /** These, and those of the time in between. */
  readonly all: readonly Stretch[];
  readonly claims: Readonly<Record<'before' | 'during' | 'after', Claims>>;
  /** Time until messages were quick again, in ms. */
  readonly returnMs: number;
  /** Time until a run was rung for again, in ms. */
  readonly rungMs: number;
  readonly missing: number;
  /** Processes with an unhandled rejection. */
  readonly unhandled: number;
}

/** Prints the report; whether every promise was kept. */
export function judge({ stretches, all, claims, returnMs, rungMs, missing, unhandled }: Findings): boolean {
  const { during } = stretches;
  for (const [name, stretch] of Object.entries(stretches)) {
    report(`acknowledged ${name}`, stretch.acks.toString());
    report(`delivered on the other gateway ${name}`, stretch.deliveries.toString());
    report(`refused ${name}`, stretch.refused);
    report(`first visible token ${name}`, stretch.firstTokens.toString());
    report(`end of the run ${name}`, stretch.ends.toString());
  }
  for (const [name, { rung, found }] of Object.entries(claims))
    report(`runs rung for / found by a search ${name}`, `${String(rung)} / ${String(found)}`);
  report('messages are quick again after, ms', returnMs.toFixed(0));
  report('a run is rung for again after, ms', rungMs.toFixed(0));
  report('acknowledged and never delivered', missing);
  report('questions without an answer', sum(all.map(({ unanswered }) => unanswered)));
  report('processes with an unhandled rejection', unhandled);
  return [
    verdict(
      'every send acknowledged',
      all.every(({ refused }) => refused === 0),
    ),
    verdict(
      `delivered within ${String(MAX_DELIVERY_MS)} ms`,
      during.deliveries.max <= MAX_DELIVERY_MS && missing === 0,
    ),
    verdict('every question answered', during.ends.count > 0 && all.every(({ unanswered }) => unanswered === 0)),
    verdict(
      `fast path again within ${String(MAX_RETURN_MS)} ms`,
      // A search finds a run before its ring is heard now and then.
      Math.max(returnMs, rungMs) <= MAX_RETURN_MS && claims.after.rung > claims.after.found,
    ),
    verdict('no unhandled rejection', unhandled === 0),
  ].every(Boolean);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
