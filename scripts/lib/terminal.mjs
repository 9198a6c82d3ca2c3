import { performance } from 'node:perf_hooks';

/** Lines for a person: one per step, on standard error for `npm test`, so that its output stays machine-readable. */
const COLOURS = { green: 32, red: 31, dim: 2, bold: 1 };

function paint(colour, text, stream) {
  const plain = process.env.NO_COLOR !== undefined || (!stream.isTTY && process.env.FORCE_COLOR === undefined);
  return plain ? text : `\u001b[${COLOURS[colour]}m${text}\u001b[0m`;
}

/** Prints the start and the end of a step, and returns what `work` returns. */
export async function step(title, work, stream = process.stdout) {
  const startedAt = performance.now();
  stream.write(`${paint('dim', '…', stream)} ${title}\n`);
  const result = await work();
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  stream.write(`${paint('green', '✓', stream)} ${title} ${paint('dim', `(${seconds} s)`, stream)}\n`);
  return result;
}

/** A problem that one sentence explains; it names the remedy. */
export class Problem extends Error {}

/** Runs a script's main function and turns a problem into its sentence and exit code 1. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    process.stderr.write(`${paint('red', '✗', process.stderr)} ${error.message}\n`);
    process.exitCode = error.exitCode ?? 1;
  }
}
