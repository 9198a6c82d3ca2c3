import { scrub, toLine, type ClientErrorReport } from '@holdfast/contracts';

const unstorable = /\u0000|\p{Surrogate}/gu;

/** Text that a report may carry: storable, scrubbed, cut. */
export function reportText(text: string, max: number): string {
  return scrub(text.replace(unstorable, '')).slice(0, max);
}

/** Frames of a stack. What comes before them is the error's message, which may hold what a person wrote. */
function frames(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at |^[^\s@]*@\S+:\d+/.test(line))
    .map((line) => line.trimEnd())
    .join('\n');
}

/** The parts of a report that come from the thrown value. Its message is left out. */
export function describeError(error: unknown): Pick<ClientErrorReport, 'name' | 'stack'> {
  if (!(error instanceof Error)) return { name: typeof error, stack: '' };
  const name = reportText(toLine(error.name), 64).trim();
  return { name: name === '' ? 'Error' : name, stack: reportText(frames(error.stack ?? ''), 4_000) };
}
