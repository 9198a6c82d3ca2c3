/** A fence at the margin whose info is one plain word at most; anything else is the parser's. */
const OPENING = /^(`{3,}|~{3,})([\w+#.-]*)[ \t]*(?:\n|$)/;
/** What the parser replaces. */
const REPLACED = /[\r\0]/;
/** Code is drawn in parts of this length or more, UTF-16 units, so that code that grows is laid out at its end only. */
const PART_UNITS = 4_096;

export interface FencedCode {
  readonly language: string;
  /** Joined, the code with its last line's end. */
  readonly parts: readonly string[];
}

/** The code if a block is one fence and nothing else, closed or not yet; null = let the parser read it. */
export function fencedCode(block: string): FencedCode | null {
  const [opening, fence = '', language = ''] = OPENING.exec(block) ?? [];
  if (opening === undefined || REPLACED.test(block)) return null;
  const inside = block.slice(opening.length);
  const closing = new RegExp(`^ {0,3}${fence}${fence.charAt(0)}*[ \\t]*$`, 'm').exec(inside);
  if (closing !== null && inside.slice(closing.index + closing[0].length).trim() !== '') return null;
  // Of a fence that is still open, the end of the last line may be the text's.
  const code = closing === null ? inside.replace(/\n$/, '') : inside.slice(0, Math.max(0, closing.index - 1));
  const isEmpty = code === '' && (closing === null || closing.index === 0);
  return { language, parts: isEmpty ? [] : cut(code === '' ? '\n' : `${code}\n`) };
}

/** Cuts between lines, at places that do not move when the code grows. */
function cut(code: string): string[] {
  const parts: string[] = [];
  let start = 0;
  while (code.length - start > PART_UNITS) {
    const end = code.indexOf('\n', start + PART_UNITS) + 1;
    if (end === 0) break;
    parts.push(code.slice(start, end));
    start = end;
  }
  if (start < code.length) parts.push(code.slice(start));
  return parts;
}
