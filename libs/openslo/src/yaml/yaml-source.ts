import {
  Composer,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  Parser,
  type Document,
  type Node,
} from 'yaml';
import { duplicateKeys } from './duplicate-keys.js';
import { findExcess } from './find-excess.js';
import type { TimeSlice } from './time-slice.js';
import { OPENSLO_RULES, type OpenSloProblem, type OpenSloRule } from '../problem.js';

export type Path = readonly (string | number)[];

/** One document of a text, and where its parts stand. */
export interface YamlSource {
  readonly value: unknown;
  readonly problem: (rule: OpenSloRule, path: Path, detail?: string) => OpenSloProblem;
}

export interface YamlSources {
  readonly sources: readonly YamlSource[];
  readonly problems: readonly OpenSloProblem[];
}

/** More faults of the form of one document are not told. */
const MAX_FAULTS = 20;

/** Reads every document of a text. Whatever the text is, it throws nothing and takes no more than time in proportion. */
export async function readYaml(text: string, slice: TimeSlice): Promise<YamlSources> {
  const lines = new LineCounter();
  const problemAt = (offset: number, rule: OpenSloRule, path: Path, detail?: string): OpenSloProblem => {
    const { line, col } = lines.linePos(offset);
    const message = detail === undefined ? OPENSLO_RULES[rule] : `${OPENSLO_RULES[rule]} (${detail})`;
    return { line: Math.max(1, line), column: Math.max(1, col), path: pathText(path), rule, message };
  };
  const excess = await findExcess(text, slice);
  if (excess !== undefined) {
    lines.lineStarts = lineStarts(text, excess.offset);
    return { sources: [], problems: [problemAt(excess.offset, excess.rule, [])] };
  }
  // One document after the other. The check for unique keys that comes with the parser takes quadratic time.
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false });
  const documents: Iterable<Document> = composer.compose(new Parser(lines.addNewLine).parse(text));
  const sources: YamlSource[] = [];
  const problems: OpenSloProblem[] = [];
  for (const document of documents) {
    await slice.pause();
    const faults = [
      ...document.errors.slice(0, MAX_FAULTS).map(({ pos, message }) => problemAt(pos[0], 'syntax', [], message)),
      ...duplicateKeys(document)
        .slice(0, MAX_FAULTS)
        .map((offset) => problemAt(offset, 'duplicate_key', [])),
    ];
    problems.push(...faults);
    if (faults.length > 0 || isEmpty(document)) continue;
    const problem: YamlSource['problem'] = (rule, path, detail) =>
      problemAt(offsetOf(document, path), rule, path, detail);
    try {
      sources.push({ value: document.toJS({ maxAliasCount: 100 }), problem });
    } catch (error) {
      problems.push(problem(error instanceof ReferenceError ? 'alias_bomb' : 'syntax', []));
    }
  }
  return { sources, problems };
}

function lineStarts(text: string, to: number): number[] {
  return [0, ...[...text.slice(0, to).matchAll(/\n/g)].map(({ index }) => index + 1)];
}

function isEmpty({ contents }: Document): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

/** Where the value at the path begins, or the key of a collection, or the nearest of its parents that exists. */
function offsetOf(document: Document, path: Path): number {
  let node: Node | null | undefined = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    const [key, value] = childOf(node, part);
    if (key === undefined) break;
    node = value;
    offset = (isCollection(node) || isAlias(node) ? key : node)?.range?.[0] ?? key.range?.[0] ?? offset;
  }
  return offset;
}

function childOf(node: unknown, part: string | number): readonly [Node | undefined, Node | null] {
  if (isSeq(node) && typeof part === 'number') {
    const item = node.items[part] as Node | undefined;
    return [item, item ?? null];
  }
  if (!isMap(node)) return [undefined, null];
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part);
  return [pair?.key as Node | undefined, (pair?.value ?? null) as Node | null];
}

function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${String(part)}]`;
    if (!/^[\w-]+$/.test(part)) return `${text}["${part}"]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}
