import { readFileSync } from 'node:fs';

/** Prints the counts of a jest JSON report as the one line that a build server reads; without a report exits with 1. */
function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

const report = read(process.argv[2]);
if (report === undefined) {
  process.exitCode = 1;
} else {
  const skipped = report.numPendingTests + report.numTodoTests;
  // A file that does not even load has no failed test, yet it failed.
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  process.stdout.write(
    `${report.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
  );
}
