import { ErrorReporter, indexedDbReportStorage, watchWindow } from '@holdfast/client';
import { rootErrorHandlers, type ReportFault } from '@holdfast/react';

/** Brings every fault of this page to the server. */
export const reporter = new ErrorReporter({
  url: '/api/client-errors',
  storage: indexedDbReportStorage(),
  route: () => location.pathname.replace(/[0-9a-f-]{36}/g, ':id'),
  beacon: (url, body) => navigator.sendBeacon(url, body),
});

/** What a person asks to report. */
export const reportFault: ReportFault = (fault) => reporter.report({ ...fault, kind: 'render' });

/** Begins to report, and returns what React has to call. */
export function startReporting(): ReturnType<typeof rootErrorHandlers> {
  void reporter.start();
  watchWindow(reporter);
  return rootErrorHandlers(({ error, level, fingerprint, componentStack }) => {
    reporter.report({ error, level, kind: 'render', fingerprint, componentStack });
  });
}
