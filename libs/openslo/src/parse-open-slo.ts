import type { SloDefinition } from '@holdfast/slo';
import { NamedDocuments } from './yaml/named-documents.js';
import { OPENSLO_RULES, type OpenSloProblem } from './problem.js';
import { readDocument } from './yaml/read-document.js';
import { toDefinition } from './definition/to-definition.js';
import { TimeSlice } from './yaml/time-slice.js';
import { readYaml } from './yaml/yaml-source.js';

/** Largest text that is read, in bytes of UTF-8. */
export const MAX_OPENSLO_BYTES = 262_144;

/** More are not told: whoever mends a hundred asks again. */
const MAX_PROBLEMS = 100;

export interface OpenSloReading {
  /** Of every SLO about which there is no problem. Whoever takes all or nothing looks at the problems first. */
  readonly definitions: readonly SloDefinition[];
  /** In the order of the text. */
  readonly problems: readonly OpenSloProblem[];
}

/**
 * Reads definitions from a text of OpenSLO v1 documents (https://github.com/OpenSLO/OpenSLO). Accepts the kinds SLO, SLI,
 * Service and DataSource; references are looked up within the text. Alert policies are refused: they would change nothing.
 * What OpenSLO has no field for stands in the annotations `holdfast.dev/...` of an SLO. Never rejects, and holds the event
 * loop for one document at a time.
 */
export async function parseOpenSlo(text: string): Promise<OpenSloReading> {
  const slice = new TimeSlice();
  if (text.length > MAX_OPENSLO_BYTES || Buffer.byteLength(text) > MAX_OPENSLO_BYTES) {
    const message = OPENSLO_RULES.too_large;
    return { definitions: [], problems: [{ line: 1, column: 1, path: '', rule: 'too_large', message }] };
  }
  const { sources, problems: unread } = await readYaml(text, slice);
  const problems = [...unread];
  const documents = new NamedDocuments();
  for (const source of sources) {
    await slice.pause();
    const read = readDocument(source);
    if ('problems' in read) {
      problems.push(...read.problems);
      continue;
    }
    const problem = documents.add(read.document, source);
    if (problem !== undefined) problems.push(problem);
  }
  const definitions: SloDefinition[] = [];
  for (const entry of documents.of('SLO')) {
    await slice.pause();
    const { value, problems: found } = toDefinition(entry, documents);
    problems.push(...found);
    if (value !== undefined && found.length === 0) definitions.push(value);
  }
  problems.sort((a, b) => a.line - b.line || a.column - b.column);
  return { definitions, problems: problems.slice(0, MAX_PROBLEMS) };
}
