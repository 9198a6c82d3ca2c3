/** Which reports wait, within bounds. Pure. */
import { CLIENT_ERROR_LIMITS, type ClientErrorReport } from '@holdfast/contracts';

export const QUEUE_LIMITS = {
  reports: 100,
  bytes: 2 * 1_024 * 1_024,
  ageMs: 7 * 24 * 60 * 60 * 1_000,
  /** The same fault within this time is one report with a count. */
  sameWithinMs: 60_000,
} as const;

export type Reports = readonly ClientErrorReport[];

function bytesOf(report: ClientErrorReport): number {
  return new TextEncoder().encode(JSON.stringify(report)).length;
}

/** Adds a report, or counts it onto an equal one that is recent and not being sent. `changed` is the row to store. */
export function addReport(
  reports: Reports,
  report: ClientErrorReport,
  isUnderWay: (id: string) => boolean,
): { readonly reports: Reports; readonly changed: ClientErrorReport } {
  const at = Date.parse(report.at);
  const equal = reports.find(
    (other) =>
      other.fingerprint === report.fingerprint &&
      other.threadId === report.threadId &&
      at - Date.parse(other.at) < QUEUE_LIMITS.sameWithinMs &&
      !isUnderWay(other.id),
  );
  if (equal === undefined) return { reports: [...reports, report], changed: report };
  const changed = { ...equal, count: Math.min(1_000_000, equal.count + report.count) };
  return { reports: reports.map((other) => (other === equal ? changed : other)), changed };
}

/** Leaves out the oldest beyond the bounds. */
export function withinBounds(reports: Reports, now: number): Reports {
  const fresh = reports.filter(({ at }) => now - Date.parse(at) < QUEUE_LIMITS.ageMs).slice(-QUEUE_LIMITS.reports);
  let bytes = 0;
  const kept: ClientErrorReport[] = [];
  for (const report of fresh.toReversed()) {
    bytes += bytesOf(report);
    if (bytes > QUEUE_LIMITS.bytes) break;
    kept.unshift(report);
  }
  return kept;
}

/** The oldest reports, as many as fit one request. */
export function nextBatch(reports: Reports): Reports {
  const batch: ClientErrorReport[] = [];
  let bytes = 100;
  for (const report of reports.slice(0, CLIENT_ERROR_LIMITS.reportsPerBatch)) {
    bytes += bytesOf(report) + 1;
    if (batch.length > 0 && bytes > CLIENT_ERROR_LIMITS.batchBytes) break;
    batch.push(report);
  }
  return batch;
}
