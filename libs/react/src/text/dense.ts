/** What opens or closes emphasis, links and notes. The parser compares each with many others of its paragraph. */
const MARK = /[*_~[\]]/g;
/** More than a person writes in one paragraph; so many take the parser some ten milliseconds. */
const MAX_MARKS = 1_500;
/** Surely the begin of another paragraph. */
const BEGINS = /^\s*(?:$|[-*+]\s)/;

/** Quotes and lists in each other, as nobody writes them. */
const NESTED = /^(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])[ \t])){40}/m;

/** The line below the head of a table; each line that follows gets as many cells. */
const DELIMITERS = /^[ \t]*[|:-][|:\- \t]*$/;
const MAX_CELLS = 20_000;

/**
 * True if a paragraph has so many marks, a line so many levels or a table so many cells that reading it as Markdown would
 * stop the page: a few seconds for 30 KiB.
 */
export function isDense(block: string): boolean {
  if (NESTED.test(block)) return true;
  if (block.length <= MAX_MARKS) return false;
  let marks = 0;
  const lines = block.split('\n');
  for (const line of lines) {
    if (DELIMITERS.test(line) && line.split('|').length * lines.length > MAX_CELLS) return true;
    if (BEGINS.test(line)) marks = 0;
    marks += line.match(MARK)?.length ?? 0;
    if (marks > MAX_MARKS) return true;
  }
  return false;
}
