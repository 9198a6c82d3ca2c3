import type { z } from 'zod';
import type { OpenSloProblem, OpenSloRule } from '../problem.js';
import { KINDS, type AnyDocument, type Kind } from './schema.js';
import type { Path, YamlSource } from './yaml-source.js';

type Read = { readonly document: AnyDocument } | { readonly problems: readonly OpenSloProblem[] };

/** Kinds of v1 that would have to change how alerts are raised or told. */
const ALERT_KINDS: ReadonlySet<string> = new Set(['AlertPolicy', 'AlertCondition', 'AlertNotificationTarget']);

/** The document that a source holds, if it has the form of one. */
export function readDocument(source: YamlSource): Read {
  const kind = valueAt(source.value, ['kind']);
  if (valueAt(source.value, ['apiVersion']) !== 'openslo/v1') {
    return { problems: [source.problem('version_unsupported', ['apiVersion'])] };
  }
  if (typeof kind === 'string' && ALERT_KINDS.has(kind)) {
    return { problems: [source.problem('alert_unsupported', ['kind'])] };
  }
  if (typeof kind !== 'string' || !Object.hasOwn(KINDS, kind)) {
    return { problems: [source.problem('kind_unsupported', ['kind'])] };
  }
  const parsed = KINDS[kind as Kind].safeParse(source.value);
  if (parsed.success) return { document: parsed.data };
  return { problems: parsed.error.issues.flatMap((issue) => problemsOf(issue, source)) };
}

function problemsOf(issue: z.core.$ZodIssue, source: YamlSource): OpenSloProblem[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? '' : part));
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => source.problem('unknown_field', [...path, key]));
  return [source.problem(ruleOf(source.value, path), path, issue.message)];
}

function ruleOf(document: unknown, path: Path): OpenSloRule {
  const value = valueAt(document, path);
  if (value === undefined) return 'missing_field';
  return typeof value === 'string' && path.at(-1) === 'name' ? 'name_malformed' : 'wrong_value';
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Record<string | number, unknown>)[part]
        : undefined,
    root,
  );
}
