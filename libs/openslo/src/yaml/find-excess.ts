import { CST, Lexer } from 'yaml';
import type { OpenSloRule } from '../problem.js';
import type { TimeSlice } from './time-slice.js';

/** Brackets in brackets, columns of indentation, and indicators in one line: OpenSLO needs 6, 20 and 2. */
const MAX_NESTED = 64;
/** Of all documents of a text together; an SLO has about 200 tokens and 1 KiB. */
const MAX_OF: Readonly<Partial<Record<CST.TokenType | 'any', number>>> = {
  any: 100_000,
  'doc-start': 600,
  anchor: 200,
  alias: 200,
};

/** Of one document: it is composed in one go, which takes about 10 µs a token. */
const MAX_TOKENS = 4_000;
const MAX_LENGTH = 32_768;

const TOKENS_AT_ONCE = 100;

export interface Excess {
  readonly rule: OpenSloRule;
  readonly offset: number;
}

/**
 * Where a text begins to be more than it makes sense to compose: that is recursive, and an engine that runs out of stack
 * within it may end the whole process; and it takes seconds for a MiB of brackets. Splitting a text into tokens does
 * neither.
 */
export async function findExcess(text: string, slice: TimeSlice): Promise<Excess | undefined> {
  const left = { ...MAX_OF };
  let document = 0;
  let tokens = 0;
  let all = 0;
  let offset = 0;
  let brackets = 0;
  let indicators = 0;
  let isLineStart = true;
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token);
    if (type === 'flow-map-start' || type === 'flow-seq-start') brackets += 1;
    else if (type === 'flow-map-end' || type === 'flow-seq-end') brackets -= 1;
    else if (type === 'seq-item-ind' || type === 'explicit-key-ind' || type === 'map-value-ind') indicators += 1;
    else if (type === 'newline') indicators = 0;
    tokens += 1;
    all += 1;
    // Of all documents: each of them may be short.
    if (all % TOKENS_AT_ONCE === 0) await slice.pause();
    if (type === 'doc-start') {
      document = offset;
      tokens = 0;
    }
    const length = offset + token.length - document;
    if (tokens > MAX_TOKENS || length > MAX_LENGTH) return { rule: 'too_complex', offset };
    if (brackets < 0) return { rule: 'syntax', offset };
    const indent = isLineStart && type === 'space' ? token.length : 0;
    if (Math.max(brackets, indent, brackets > 0 ? 0 : indicators) > MAX_NESTED) return { rule: 'too_deep', offset };
    for (const kind of ['any', type ?? 'scalar'] as const) {
      const rest = left[kind];
      if (rest === 0) return { rule: 'too_complex', offset };
      if (rest !== undefined) left[kind] = rest - 1;
    }
    isLineStart = type === 'newline';
    offset += isMark(token) ? 0 : token.length;
  }
  return undefined;
}

/** Marks of the lexer stand for themselves and for nothing of the text. */
function isMark(token: string): boolean {
  return token === CST.DOCUMENT || token === CST.FLOW_END || token === CST.SCALAR || token === CST.BOM;
}
