const FENCE = /^ {0,3}(?:`{3,}|~{3,})/;
/** What may belong to the block above although a blank line stands between: lists, and what is indented. */
const CONTINUES = /^(?:\s|[-*+] |\d{1,9}[.)] |>|\|)/;
/** A definition may be used anywhere in the text. */
const DEFINITION = /^ {0,3}\[[^\]]+\]:/m;

/**
 * Cuts Markdown where the parts can be read on their own, so that text that grows at its end is parsed at its end only.
 * Joined by blank lines, the blocks are the text.
 */
export function markdownBlocks(text: string): readonly string[] {
  if (DEFINITION.test(text)) return [text];
  const blocks: string[] = [];
  let lines: string[] = [];
  let fence: string | null = null;
  const all = text.split('\n');
  for (const [index, line] of all.entries()) {
    const mark = FENCE.exec(line)?.[0].trim();
    if (mark !== undefined && fence === null) fence = mark;
    else if (mark !== undefined && fence !== null && mark.startsWith(fence)) fence = null;
    const next = all[index + 1];
    const ends =
      fence === null && line.trim() === '' && next !== undefined && next.trim() !== '' && !CONTINUES.test(next);
    if (ends && lines.length > 0) {
      blocks.push(lines.join('\n'));
      lines = [];
    } else {
      lines.push(line);
    }
  }
  if (lines.length > 0) blocks.push(lines.join('\n'));
  return blocks;
}
