/** Prints one line of the report. */
export function report(label: string, value: string | number): void {
  process.stdout.write(`${label.padEnd(48)} ${String(value)}\n`);
}

/** Prints whether a promise was kept, and says so. */
export function verdict(promise: string, kept: boolean): boolean {
  report(promise, kept ? 'kept' : 'NOT KEPT');
  return kept;
}
