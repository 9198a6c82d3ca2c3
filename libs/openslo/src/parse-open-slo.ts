import type { SloDefinition } from '@holdfast/slo';
import { checkAlerts } from './definition/check-alerts.js';
import { NamedDocuments } from './yaml/named-documents.js';
import { OPENSLO_RULES, type OpenSloProblem } from './problem.js';
import { readDocument } from './yaml/read-document.js';
import { toDefinition } from './definition/to-definition.js';
import { readYaml } from './yaml/yaml-source.js';

/** Largest text that is read, in bytes of UTF-8. */
export const MAX_OPENSLO_BYTES = 1_048_576;

export interface OpenSloReading {
  /** Of every SLO about which there is no problem. Whoever takes all or nothing looks at the problems first. */
  readonly definitions: readonly SloDefinition[];
  /** In the order of the text. */
  readonly problems: readonly OpenSloProblem[];
}

/**
 * Reads definitions from a text of OpenSLO v1 documents (https://github.com/OpenSLO/OpenSLO). Accepts the kinds SLO, SLI,
 * AlertPolicy, AlertCondition, Service and DataSource; references are looked up within the text. What OpenSLO has no
 * field for stands in the annotations `holdfast.dev/...` of an SLO. Never throws.
 */
export function parseOpenSlo(text: string): OpenSloReading {
  if (text.length > MAX_OPENSLO_BYTES || Buffer.byteLength(text) > MAX_OPENSLO_BYTES) {
    const message = OPENSLO_RULES.too_large;
    return { definitions: [], problems: [{ line: 1, column: 1, path: '', rule: 'too_large', message }] };
  }
  const { sources, problems: unread } = readYaml(text);
  const problems = [...unread];
  const documents = new NamedDocuments();
  for (const source of sources) {
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
    const { value, problems: found } = toDefinition(entry, documents);
    problems.push(...found);
    if (value !== undefined && found.length === 0) definitions.push(value);
  }
  problems.push(...checkAlerts(documents));
  return { definitions, problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
}
