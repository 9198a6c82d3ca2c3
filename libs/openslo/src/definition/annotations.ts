import type { SloDefinition } from '@holdfast/slo';
import type { OpenSloProblem } from '../problem.js';
import type { YamlSource } from '../yaml/yaml-source.js';

/** What a definition has and OpenSLO has no field for. */
export type AnnotatedPart = Pick<
  SloDefinition,
  'revision' | 'unit' | 'comparison' | 'deadlineMs' | 'unitsPerSample' | 'dependsOn'
>;

const PREFIX = 'holdfast.dev/';
const DEFAULTS: AnnotatedPart = {
  revision: 1,
  unit: 'events',
  comparison: 'at-least',
  deadlineMs: null,
  unitsPerSample: 1,
  dependsOn: [],
};

interface Annotation<T> {
  readonly name: string;
  /** Undefined if the text is none of its values. */
  readonly read: (text: string) => T | undefined;
  readonly write: (value: T) => string | undefined;
}

const number: Omit<Annotation<number>, 'name'> = {
  read: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined),
  write: String,
};

const oneOf = <T extends string>(...values: T[]): Omit<Annotation<T>, 'name'> => ({
  read: (text) => values.find((value) => value === text),
  write: (value) => value,
});

const ANNOTATIONS: { readonly [P in keyof AnnotatedPart]: Annotation<AnnotatedPart[P]> } = {
  revision: { name: 'revision', ...number },
  unit: { name: 'unit', ...oneOf('events', 'connection-seconds') },
  comparison: { name: 'comparison', ...oneOf('at-least', 'above') },
  deadlineMs: {
    name: 'deadline-ms',
    read: (text) => (/^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : undefined),
    write: (value) => (value === null ? undefined : String(value)),
  },
  unitsPerSample: { name: 'units-per-sample', ...number },
  dependsOn: {
    name: 'depends-on',
    read: (text) => {
      const ids = text.split(',').map((id) => id.trim());
      return ids.every((id) => /^[a-z0-9-]{1,64}$/.test(id)) ? ids : undefined;
    },
    write: (ids) => (ids.length === 0 ? undefined : ids.join(',')),
  },
};

const PARTS = Object.keys(ANNOTATIONS) as (keyof AnnotatedPart)[];

/** Path of the annotation of a part. */
export function annotationPath(part: keyof AnnotatedPart): readonly string[] {
  return ['metadata', 'annotations', PREFIX + ANNOTATIONS[part].name];
}

/** The parts that annotations give; annotations of others are not looked at. */
export function readAnnotations(
  annotations: Readonly<Record<string, string>>,
  source: YamlSource,
): { readonly part: AnnotatedPart; readonly problems: readonly OpenSloProblem[] } {
  const problems: OpenSloProblem[] = [];
  const found: Partial<Record<keyof AnnotatedPart, unknown>> = {};
  for (const [key, text] of Object.entries(annotations)) {
    if (!key.startsWith(PREFIX)) continue;
    const path = ['metadata', 'annotations', key];
    const part = PARTS.find((name) => PREFIX + ANNOTATIONS[name].name === key);
    const value = part === undefined ? undefined : ANNOTATIONS[part].read(text);
    if (part === undefined) problems.push(source.problem('annotation_unknown', path));
    else if (value === undefined) problems.push(source.problem('annotation_malformed', path));
    else found[part] = value;
  }
  return { part: { ...DEFAULTS, ...(found as Partial<AnnotatedPart>) }, problems };
}

/** The annotations from which the parts are read again. */
export function writeAnnotations(definition: AnnotatedPart): Record<string, string> {
  const written = PARTS.map((part) => [PREFIX + ANNOTATIONS[part].name, textOf(part, definition[part])] as const);
  return Object.fromEntries(written.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])));
}

function textOf<P extends keyof AnnotatedPart>(part: P, value: AnnotatedPart[P]): string | undefined {
  return ANNOTATIONS[part].write(value);
}
