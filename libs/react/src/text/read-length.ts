/** Up to this length a block that grows is read anew each time, UTF-16 units. */
const SHORT_UNITS = 3_000;
/** Beyond, when it has grown by this share: all its readings together cost as much as a few of the whole. */
const SHARE = 1 / 16;

/**
 * How much of a long block that grows is read as a whole; what follows is read on its own until the block has grown
 * enough. It depends on what is read alone, so that it stays while the text grows.
 */
export function readLength(block: string): number {
  if (block.length <= SHORT_UNITS) return block.length;
  let from = SHORT_UNITS * (1 - SHARE);
  let to = SHORT_UNITS;
  for (let next = grown(to); next <= block.length; next = grown(to)) {
    from = to;
    to = next;
  }
  return lastPlace(block.slice(0, to), from);
}

function grown(length: number): number {
  return Math.ceil(length * (1 + SHARE));
}

/** The last place from `from` on where what follows reads well on its own: a line at the margin, a line, a word. */
function lastPlace(text: string, from: number): number {
  for (let at = text.lastIndexOf('\n'); at >= from; at = text.lastIndexOf('\n', at - 1)) {
    if (/^\S/.test(text.slice(at + 1, at + 2))) return at + 1;
  }
  const place = [text.lastIndexOf('\n'), text.lastIndexOf(' ')].find((at) => at >= from);
  return place === undefined ? text.length : place + 1;
}
