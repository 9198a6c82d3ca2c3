/** Faults of the program rather than of the moment: trying again with the same input fails again. */
const DETERMINISTIC = new Set(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError']);

export function isDeterministic(error: unknown): boolean {
  return error instanceof Error && DETERMINISTIC.has(error.name);
}

/**
 * What makes two faults the same: the kind, and the places in the code without line numbers of the page's own address.
 * The message is left out, since it may hold words of a person.
 */
export function fingerprint(error: unknown, level: string): string {
  if (!(error instanceof Error)) return `${level}:${typeof error}`;
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s*at |@/.test(line))
    .slice(0, 5)
    .map((line) =>
      line
        .replace(/\(?(?:https?|file):\/\/[^/\s]*/g, '')
        .replace(/\?[^:\s)]*/g, '')
        .trim(),
    );
  return `${level}:${error.name}:${hash(frames.join('|'))}`;
}

/** FNV-1a, 32 bits: enough to tell faults of one program apart. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return (value >>> 0).toString(16).padStart(8, '0');
}
