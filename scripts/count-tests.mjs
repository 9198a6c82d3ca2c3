import { readFileSync } from 'node:fs';

/** Prints the counts of a jest JSON report as the one line that a build server reads. */
const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const skipped = report.numPendingTests + report.numTodoTests;
// A file that does not even load has no failed test, yet it failed.
const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
process.stdout.write(`${report.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
