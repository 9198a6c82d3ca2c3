import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Entry } from './entry.js';
import { parseEntry } from './entry-schema.js';
import { HistoryError } from './history.errors.js';

/**
 * The entries of a file, one at a time, in its order.
 * @throws HistoryError if a line is no entry, or entries are missing, doubled or out of order
 */
export async function* readHistory(file: string): AsyncGenerator<Entry> {
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity });
  yield* parseHistory(lines);
}

/** @see readHistory */
export async function* parseHistory(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Entry> {
  let next = 0;
  let now = 0;
  for await (const line of lines) {
    const entry = parseLine(line, next);
    if (entry.i !== next) throw new HistoryError(`entry ${next} calls itself ${entry.i}`);
    if (entry.at < now) throw new HistoryError(`entry ${next} lies before the one ahead of it`);
    if ((entry.kind === 'meta') !== (next === 0))
      throw new HistoryError(`entry ${next}: meta is the first entry alone`);
    now = entry.at;
    next++;
    yield entry;
  }
  if (next === 0) throw new HistoryError('the history is empty');
}

function parseLine(line: string, index: number): Entry {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new HistoryError(`entry ${index} is no JSON`, { cause });
  }
  const parsed = parseEntry(value);
  if ('error' in parsed) throw new HistoryError(`entry ${index}: ${parsed.error}`);
  return parsed.entry;
}
