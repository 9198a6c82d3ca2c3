const OPENING = /^( {0,3})(?:(`{3,})[^`]*|(~{3,}).*)$/;
const CLOSING = /^ {0,3}(`{3,}|~{3,})[ \t]*$/;
const LIST_ITEM = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;
/** What may belong to the block above although a blank line stands between: lists, and what is indented. */
const CONTINUES = /^(?:\s|(?:[-*+]|\d{1,9}[.)])(?:\s|$)|>|\|)/;
/** A definition may be used anywhere in the text. The bound is the parser's: a longer label is none. */
const DEFINITION = /^ {0,3}\[[^\]]{1,999}\]:/m;

interface Fence {
  readonly marks: string;
  /** Columns that each of its lines has, else it is not known where it ends. */
  readonly margin: number;
}

const NEVER_CLOSED: Fence = { marks: ' ', margin: 0 };

/**
 * Cuts Markdown where the parts can be read on their own, so that text that grows at its end is parsed at its end only.
 * Joined by blank lines, the blocks are the text.
 */
export function markdownBlocks(text: string): readonly string[] {
  if (DEFINITION.test(text)) return [text];
  const blocks: string[] = [];
  let lines: string[] = [];
  let fence: Fence | null = null;
  let isInList = false;
  const all = text.split('\n');
  for (const [index, line] of all.entries()) {
    fence = fenceAfter(line, fence, isInList);
    isInList ||= LIST_ITEM.test(line);
    const next = all[index + 1];
    const ends =
      fence === null && line.trim() === '' && next !== undefined && next.trim() !== '' && !CONTINUES.test(next);
    if (ends && lines.length > 0) {
      blocks.push(lines.join('\n'));
      lines = [];
      isInList = false;
    } else {
      lines.push(line);
    }
  }
  if (lines.length > 0) blocks.push(lines.join('\n'));
  return blocks;
}

/** The fence that is open after a line, if `fence` was before it. */
function fenceAfter(line: string, fence: Fence | null, isInList: boolean): Fence | null {
  if (fence === null) {
    const [, space = '', backticks, tildes] = OPENING.exec(line) ?? [];
    const marks = backticks ?? tildes;
    // Within a list it may end with its item, which only the parser knows.
    return marks === undefined ? null : { marks, margin: isInList ? space.length : 0 };
  }
  if (line.trim() !== '' && line.search(/\S/) < fence.margin) return NEVER_CLOSED;
  return CLOSING.exec(line)?.[1]?.startsWith(fence.marks) === true ? null : fence;
}
