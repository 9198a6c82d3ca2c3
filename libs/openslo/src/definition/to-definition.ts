import { checkDefinition, type DefinitionFault, type SloDefinition } from '@holdfast/slo';
import { annotationPath, readAnnotations } from './annotations.js';
import { checkIndicator } from './check-indicator.js';
import { readWindow } from './duration.js';
import type { Entry, NamedDocuments } from '../yaml/named-documents.js';
import type { OpenSloProblem } from '../problem.js';
import type { Path, YamlSource } from '../yaml/yaml-source.js';

interface Read<T> {
  readonly value: T | undefined;
  readonly problems: readonly OpenSloProblem[];
}

const TARGET: Path = ['spec', 'objectives', 0];
const WINDOW: Path = ['spec', 'timeWindow', 0];

/** Where it stands what a definition may be refused for. */
const FAULT_PATHS: Readonly<Record<DefinitionFault, Path>> = {
  id_malformed: ['metadata', 'name'],
  revision_malformed: annotationPath('revision'),
  objective_out_of_range: [...TARGET, 'target'],
  window_out_of_range: [...WINDOW, 'duration'],
  deadline_out_of_range: annotationPath('deadlineMs'),
  units_per_sample_out_of_range: annotationPath('unitsPerSample'),
  depends_on_itself: annotationPath('dependsOn'),
};

/** The definition that a document of the kind SLO gives. */
export function toDefinition(entry: Entry<'SLO'>, documents: NamedDocuments): Read<SloDefinition> {
  const { document, source } = entry;
  const { metadata, spec } = document;
  const annotated = readAnnotations(metadata.annotations ?? {}, source);
  const objective = readObjective(entry);
  const windowMs = readTimeWindow(entry);
  const problems = [
    ...annotated.problems,
    ...(spec.budgetingMethod === 'Occurrences'
      ? []
      : [source.problem('method_unsupported', ['spec', 'budgetingMethod'])]),
    ...objective.problems,
    ...windowMs.problems,
    ...checkIndicator(entry, documents),
    ...((spec.alertPolicies ?? []).length === 0
      ? []
      : [source.problem('alert_unsupported', ['spec', 'alertPolicies'])]),
  ];
  if (objective.value === undefined || windowMs.value === undefined) return { value: undefined, problems };
  const value: SloDefinition = {
    id: metadata.name,
    title: metadata.displayName ?? metadata.name,
    indicator: spec.description ?? '',
    service: spec.service,
    objective: objective.value,
    windowMs: windowMs.value,
    ...annotated.part,
  };
  const faults = checkDefinition(value).map((fault) => source.problem(fault, faultPath(fault, entry)));
  return { value, problems: [...problems, ...faults] };
}

function faultPath(fault: DefinitionFault, { document }: Entry<'SLO'>): Path {
  const isPercent = document.spec.objectives[0]?.target === undefined;
  return fault === 'objective_out_of_range' && isPercent ? [...TARGET, 'targetPercent'] : FAULT_PATHS[fault];
}

function readObjective({ document, source }: Entry<'SLO'>): Read<number> {
  const { objectives } = document.spec;
  const [only] = objectives;
  if (only === undefined || objectives.length > 1) return refused(source, 'one_objective', ['spec', 'objectives']);
  for (const field of ['op', 'value'] as const) {
    if (only[field] !== undefined) return refused(source, 'threshold_unsupported', [...TARGET, field]);
  }
  for (const field of ['timeSliceTarget', 'timeSliceWindow'] as const) {
    if (only[field] !== undefined) return refused(source, 'method_unsupported', [...TARGET, field]);
  }
  const { target, targetPercent } = only;
  if ((target === undefined) === (targetPercent === undefined)) return refused(source, 'one_objective', TARGET);
  // Without the noise of the division.
  const value = target ?? Math.round((targetPercent ?? 0) * 1e10) / 1e12;
  return { value, problems: [] };
}

function readTimeWindow({ document, source }: Entry<'SLO'>): Read<number> {
  const [only] = document.spec.timeWindow;
  if (only === undefined) return refused(source, 'missing_field', ['spec', 'timeWindow']);
  if (only.calendar !== undefined) return refused(source, 'calendar_unsupported', [...WINDOW, 'calendar']);
  if (only.isRolling !== true) return refused(source, 'calendar_unsupported', [...WINDOW, 'isRolling']);
  const value = readWindow(only.duration);
  return value === undefined
    ? refused(source, 'duration_unsupported', [...WINDOW, 'duration'])
    : { value, problems: [] };
}

function refused(source: YamlSource, rule: OpenSloProblem['rule'], path: Path): Read<never> {
  return { value: undefined, problems: [source.problem(rule, path)] };
}
